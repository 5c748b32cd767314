import { assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import type { Fields, Reply } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, MISSIONS, sharedDugdale, STATE } from "./harness.ts";
import { connect, type RawReply, readReply, requestText, writeAll } from "./raw_http.ts";

const dugdale = sharedDugdale();
const HELD = { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } };

Deno.test("POST /v1/missions/{id}/kill is a conflict when the mission leaves the queue meanwhile", async () => {
  for (const leave of ["run", "delete"] as const) {
    await apply(dugdale, HELD);
    const id = await dugdale.queue("forever.sh", { lane: "held" });
    using kill = await SlowKill.begin(id);
    if (leave === "run") {
      await dugdale.post("/v1/admin/lanes/held/continue");
      await dugdale.event(id, "progress", "ready");
    } else await dugdale.call("DELETE", `/v1/missions/${id}`);
    assertCode(await kill.end(), 409, "mission_state_changed");
    if (leave === "run") {
      assertEquals((await dugdale.post(`/v1/missions/${id}/kill`)).body.status, "kill_sent");
    }
  }
  await apply(dugdale, STATE);
});

Deno.test("POST /v1/missions/{id}/kill is a conflict when the mission ends or is deleted meanwhile", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress", "ready");
  using first = await SlowKill.begin(id);
  using second = await SlowKill.begin(id);
  await dugdale.post(`/v1/missions/${id}/kill`);
  await dugdale.done(id);
  assertCode(await first.end(), 409, "mission_done");
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertCode(await second.end(), 409, "mission_deleting");
});

Deno.test("dispatch and exec are refused while their lane is being removed", async () => {
  const mission = () => dugdale.dispatch({ mission: "silent.sh", lane: "gone" });
  const exec = () =>
    dugdale.post("/v1/exec/dispatch", { lane: "gone", command: ["true"] }, {
      as: "exec",
      headers: { "idempotency-key": newId() },
    });
  let seen: Reply[] = [];
  // The window is as short as the prune: a request that comes just before it is accepted, one just after is refused
  // for another reason.
  await until(async () => {
    // So many that the prune takes several turns.
    const ids = await waiting(600);
    const pruned = apply(dugdale, { mission_dir: MISSIONS, lanes: STATE.lanes as Fields });
    const answers = await Promise.all([mission, mission, mission, exec, exec, exec].map(refusal));
    assertEquals((await pruned).body.stopped, ["gone"]);
    for (const id of [ids[0], ids.at(-1)]) {
      assertEquals((await dugdale.record(id ?? "")).fail_reason, "lane_removed");
    }
    const [missions, execs] = [answers.slice(0, 3), answers.slice(3)].map((some) =>
      some.find((one) => one !== undefined)
    );
    seen = [missions, execs].filter((one) => one !== undefined);
    return seen.length === 2;
  });
  for (const removing of seen) {
    assertProblem(removing, 503, "lane_removing", { lane: "gone" });
    assertEquals(removing.headers.get("retry-after"), "5");
  }
});

Deno.test("dispatch and exec are refused when a file is deleted meanwhile", async () => {
  const outcomes = await Promise.all(Array.from({ length: 40 }, async (_, index) => {
    const staging_id = await dugdale.stage(`content ${index}`);
    const send = index % 2 === 0
      ? () => dugdale.dispatch({ mission: "silent.sh", files: [{ role: "data", staging_id }] })
      : () =>
        dugdale.post("/v1/exec/dispatch", {
          lane: "fast",
          command: ["true"],
          in: [{ key: "data", staging_id }],
        }, {
          as: "exec",
          headers: { "idempotency-key": newId() },
        });
    const remove = () => dugdale.call("DELETE", `/v1/staging/${staging_id}`);
    const [sent, removed] = index % 4 < 2
      ? await Promise.all([send(), remove()])
      : await Promise.all([remove(), send()]).then(([removed, sent]) => [sent, removed] as const);
    // One of them comes first, whole: never is a file deleted under a mission that was accepted.
    if (sent.status === 202) {
      const id = String(sent.body.mission_id ?? sent.body.exec_id);
      assertProblem(removed, 409, "staging_in_use", { missions: [id] });
      assertEquals((await dugdale.done(id)).outcome, "success");
    } else {
      assertProblem(sent, 400, "unknown_staging_ref", { staging_id });
      assertEquals(removed.status, 202);
    }
    return sent.status;
  }));
  assertEquals(outcomes.length, 40);
});

/** Missions that wait in a lane that is about to go. */
async function waiting(count: number): Promise<string[]> {
  await apply(dugdale, {
    ...STATE,
    lanes: { ...STATE.lanes as Fields, gone: { concurrency: 1, paused: true } },
  });
  return await Promise.all(Array.from({ length: count }, () => dugdale.queue("silent.sh", { lane: "gone" })));
}

/** The answer that the lane is being removed, of those up to the one that it is not there any more. */
async function refusal(send: () => Promise<Reply>): Promise<Reply | undefined> {
  let removing: Reply | undefined;
  await until(async () => {
    const reply = await send();
    if (reply.body.error === "lane_removing") removing = reply;
    return reply.body.error === "unknown_lane";
  });
  return removing;
}

/** A kill whose body is on its way: the mission has been looked up, nothing has been done yet. */
class SlowKill implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async begin(id: string): Promise<SlowKill> {
    const connection = await connect(dugdale.url);
    const head = requestText("POST", `/v1/missions/${id}/kill`, {
      authorization: `Bearer ${dugdale.tokens.admin}`,
      "content-length": "2",
    });
    await writeAll(connection, new TextEncoder().encode(`${head}{`));
    // A request that is answered now was read after it.
    for (let time = 0; time < 3; time++) await dugdale.get("/v1/healthz");
    return new SlowKill(connection);
  }

  async end(): Promise<RawReply> {
    await writeAll(this.#connection, new TextEncoder().encode("}"));
    return await readReply(this.#connection);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function assertCode({ status, body }: RawReply, expected: number, code: string): void {
  assertEquals([status, JSON.parse(body).error], [expected, code]);
}
