import { assert, assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import { isAlive, told } from "./shell_missions.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, ownTest, sharedDugdale, STATE } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const HELD = { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } };
const kill = (id: string, body?: unknown) => dugdale.post(`/v1/missions/${id}/kill`, body);

Deno.test("POST kill refuses an invalid id, an unknown, a finished and a deleted mission", async () => {
  assertProblem(await kill("x"), 400, "bad_request");
  assertProblem(await kill(newId()), 404, "not_found");
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  assertProblem(await kill(id), 409, "mission_done");
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertProblem(await kill(id), 409, "mission_deleting");
});

Deno.test("a queued mission is done at once and never started", async () => {
  await apply(dugdale, HELD);
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  const reply = await kill(id);
  assertEquals([reply.status, reply.body], [200, { status: "killed" }]);
  const record = await dugdale.record(id);
  assertEquals(
    [record.status, record.outcome, record.fail_reason, record.exit_code],
    ["done", "killed", "killed_by_api", 0],
  );
  assertEquals(["pid", "time_started", "duration_ms", "signal"].filter((field) => field in record), []);
  await dugdale.post("/v1/admin/lanes/held/continue");
  await dugdale.run("silent.sh", { lane: "held" });
  assertEquals((await dugdale.events(id)).length, 2);
  await apply(dugdale, STATE);
});

Deno.test("of many kills of a queued mission exactly one ends it", async () => {
  await apply(dugdale, HELD);
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  const replies = await Promise.all(Array.from({ length: 20 }, () => kill(id)));
  assertEquals(replies.filter(({ status }) => status === 200).length, 1);
  for (const { status, body } of replies) {
    assert(
      status === 200 ||
        (status === 409 && ["mission_state_changed", "mission_done"].includes(String(body.error))),
    );
  }
  assertEquals((await dugdale.events(id)).length, 2);
  await apply(dugdale, STATE);
});

Deno.test("a running mission gets SIGTERM", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress", "ready");
  const reply = await kill(id, { signal: "TERM" });
  assertEquals([reply.status, reply.body], [200, { status: "kill_sent" }]);
  const record = await dugdale.done(id);
  assertEquals(
    [record.outcome, record.fail_reason, record.signal, record.exit_code],
    ["killed", "killed_by_api", "TERM", -1],
  );
  assert(Number(record.duration_ms) < 2000);
});

Deno.test("the body is ignored: its signal, its syntax, and bytes beyond the limit", async () => {
  const endless = (): ReadableStream => ReadableStream.from([new Uint8Array(CAPS.applyBodyBytes + 1)]);
  for (const body of [undefined, "", "{", "nonsense", '{"signal":"NONE"}', '{"signal":7}', endless()]) {
    const id = await dugdale.queue("forever.sh");
    await dugdale.event(id, "progress", "ready");
    const reply = await kill(id, body);
    assertEquals([reply.status, reply.body.status], [200, "kill_sent"]);
    assertEquals((await dugdale.done(id)).signal, "TERM");
  }
});

daemonTest("a body that announces more than its limit is refused", async () => {
  const details = { limit_bytes: CAPS.applyBodyBytes };
  assertProblem(await kill("x", "x".repeat(CAPS.applyBodyBytes + 1)), 413, "payload_too_large", details);
});

daemonTest("a mission that reports success on SIGTERM has the outcome killed", async () => {
  const id = await dugdale.queue("ends_on_term.sh");
  await dugdale.event(id, "progress", "ready");
  await kill(id);
  const record = await dugdale.done(id);
  assertEquals([record.outcome, record.fail_reason, record.exit_code], ["killed", "killed_by_api", 0]);
  assertEquals("signal" in record, false);
  assertEquals(await dugdale.output(id, "stdout"), "tidied\n");
});

daemonTest("a mission that ignores SIGTERM gets SIGKILL after the grace", async () => {
  const id = await dugdale.queue("ignores_term.sh");
  await dugdale.event(id, "progress", "ready");
  const sinceMs = performance.now();
  await kill(id);
  const record = await dugdale.done(id);
  const tookMs = performance.now() - sinceMs;
  assertEquals([record.outcome, record.fail_reason, record.signal], ["killed", "killed_by_api", "KILL"]);
  assert(tookMs >= CAPS.killGraceMs - 5 && tookMs < CAPS.killGraceMs + 2000, `${tookMs}`);
});

daemonTest("a second kill is answered and changes nothing", async () => {
  const id = await dugdale.queue("ignores_term.sh");
  await dugdale.event(id, "progress", "ready");
  const sinceMs = performance.now();
  await kill(id);
  const reply = await kill(id);
  assertEquals([reply.status, reply.body], [200, { status: "kill_sent" }]);
  const record = await dugdale.done(id);
  assert(performance.now() - sinceMs >= CAPS.killGraceMs - 5);
  assertEquals([record.fail_reason, record.signal], ["killed_by_api", "KILL"]);
});

ownTest("the whole process group is killed, also what was forked twice", async () => {
  const id = await dugdale.queue("double_fork.sh");
  await dugdale.event(id, "progress", "ready");
  const grandchild = Number(await dugdale.output(id, "stdout"));
  const { pid } = await dugdale.record(id);
  assert(isAlive(grandchild) && isAlive(Number(pid)));
  await kill(id);
  assertEquals((await dugdale.done(id)).signal, "TERM");
  assert(!isAlive(grandchild) && !isAlive(Number(pid)));
});

ownTest("processes of the group that ignore SIGTERM are killed after its leader has ended", async () => {
  const commands =
    `(trap '' TERM; echo '{"event":"progress","message":"ready"}' >&3; echo $$ >&2; exec sleep 600) & wait`;
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.event(id, "progress", "ready");
  await kill(id);
  const record = await dugdale.done(id);
  assertEquals([record.outcome, record.fail_reason], ["killed", "killed_by_api"]);
});

ownTest(
  "a process that ignores SIGTERM and holds no pipe gets SIGKILL before the mission is done",
  async () => {
    for (const end of ["kill", "timeout"]) {
      const id = await dugdale.queue("leaves_deaf_child.sh", end === "timeout" ? { timeout: "300ms" } : {});
      await dugdale.event(id, "progress", "ready");
      const deaf = Number(await dugdale.output(id, "stdout"));
      assert(isAlive(deaf));
      if (end === "kill") await kill(id);
      const { outcome, signal } = await dugdale.done(id);
      assertEquals([outcome, signal], [end === "kill" ? "killed" : "timeout", "TERM"]);
      await until(() => Promise.resolve(!isAlive(deaf)));
    }
  },
);

ownTest("a killed mission leaves no zombie", async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => dugdale.queue("forever.sh")));
  await Promise.all(ids.map((id) => dugdale.event(id, "progress", "ready")));
  const pids = await Promise.all(ids.map(async (id) => Number((await dugdale.record(id)).pid)));
  await Promise.all(ids.map((id) => kill(id)));
  await Promise.all(ids.map((id) => dugdale.done(id)));
  for (const pid of pids) assertEquals(await Deno.stat(`/proc/${pid}`).catch(() => undefined), undefined);
});

daemonTest("a kill right after the pickup is honoured", async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, async () => {
    const id = await dugdale.queue("forever.sh");
    const reply = await kill(id);
    assert(reply.status === 200 || reply.body.error === "mission_state_changed", reply.text);
    if (reply.status !== 200) assertEquals((await kill(id)).status, 200);
    return id;
  }));
  for (const id of ids) {
    const { outcome, fail_reason } = await dugdale.done(id);
    assertEquals([outcome, fail_reason], ["killed", "killed_by_api"]);
  }
});

daemonTest("a kill or a forced delete in the moment of the pickup is honoured", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 40; count++) ids.push(await dugdale.queue("forever.sh", { lane: "slow" }));
  for (const [index, id] of ids.entries()) {
    // Several at once ask, so that one of them sees it as soon as it can be seen.
    const watchers = Array.from({ length: 4 }, async () => {
      while ((await dugdale.record(id)).status === "queued");
    });
    await Promise.race(watchers);
    const reply = index % 2 === 0
      ? await kill(id)
      : await dugdale.call("DELETE", `/v1/missions/${id}?force=true`);
    assertEquals(reply.status, index % 2 === 0 ? 200 : 202, reply.text);
    await Promise.allSettled(watchers);
  }
});

Deno.test("a token without the admin scope may not kill", async () => {
  const id = await dugdale.queue("forever.sh");
  for (const as of ["dispatch", "exec"] as const) {
    assertProblem(await dugdale.post(`/v1/missions/${id}/kill`, undefined, { as }), 403, "forbidden");
  }
  await dugdale.event(id, "running");
  await kill(id);
  await dugdale.done(id);
});

daemonTest("a timeout ends the mission with its own outcome", async () => {
  const [plain, gated] = await Promise.all([
    dugdale.run("forever.sh", { timeout: "200ms" }),
    dugdale.run("ignores_term.sh", { timeout: "0.2s" }),
  ]);
  for (const [record, signal] of [[plain, "TERM"], [gated, "KILL"]] as const) {
    assertEquals([record.outcome, record.signal, record.exit_code], ["timeout", signal, -1]);
    assertEquals("fail_reason" in record, false);
    assertEquals(record.fail_details, { timeout_ms: 200 });
    assert(String(record.fail_message).includes("200ms"));
  }
  assert(Number(plain.duration_ms) >= 195);
  assert(Number(gated.duration_ms) >= 195 + CAPS.killGraceMs);
});

daemonTest("the timeout runs from the start of the process, not from the dispatch", async () => {
  await apply(dugdale, HELD);
  const id = await dugdale.queue("obeys.sh", { lane: "held", timeout: "700ms", input: told("sleep 0.05") });
  await new Promise((resolve) => setTimeout(resolve, 750));
  await dugdale.post("/v1/admin/lanes/held/continue");
  assertEquals((await dugdale.done(id)).outcome, "success");
  await apply(dugdale, STATE);
});

Deno.test("a timeout of zero never fires, and one that is long does not fire early", async () => {
  const [zero, long] = await Promise.all([
    dugdale.run("obeys.sh", { timeout: "0s", input: told("sleep 0.05") }),
    dugdale.run("obeys.sh", { timeout: "1000h", input: told("sleep 0.05") }),
  ]);
  assertEquals([zero.outcome, zero.timeout_ms], ["success", 0]);
  assertEquals([long.outcome, long.timeout_ms], ["success", 3_600_000_000]);
});

daemonTest("a mission that is killed after its timeout has the outcome timeout", async () => {
  const id = await dugdale.queue("ignores_term.sh", { timeout: "150ms" });
  await dugdale.event(id, "progress", "ready");
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals((await kill(id)).body, { status: "kill_sent" });
  assertEquals((await dugdale.done(id)).outcome, "timeout");
});
