import { assert, assertEquals, assertRejects } from "@std/assert";
import { until } from "./daemon.ts";
import type { Dispatch, Fields, Reply } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, MISSIONS, ownTest, STATE } from "./harness.ts";
import { sharedFaulty } from "./faulty.ts";

const faulty = sharedFaulty();
const HELD = {
  mission_dir: MISSIONS,
  lanes: { ...STATE.lanes as Fields, held: { concurrency: 1, paused: true } },
};
/** What the row of a mission must not become. */
const TO_DONE = "UPDATE ON missions WHEN NEW.status = 'done'";
const TO_DELETING = "UPDATE ON missions WHEN NEW.status = 'deleting'";

ownTest("GET /v1/readyz is 503 when the applied configuration cannot be read", async () => {
  const { dugdale } = faulty();
  {
    using _gone = faulty().without("applied");
    assertProblem(await dugdale.get("/v1/readyz", { as: "anonymous" }), 503, "db_error");
    assertEquals((await dugdale.get("/v1/healthz")).status, 200);
  }
  assertEquals((await dugdale.get("/v1/readyz")).body.status, "ok");
});

ownTest("POST /v1/dispatch fails when missions cannot be looked up", async () => {
  const send = dispatches(await withFile());
  await refused(faulty().without("missions"), send, "db_error");
  await runs(await send());
});

ownTest(
  "POST /v1/dispatch: a failed look-up of a staged file is not reported as a missing file",
  async () => {
    const send = dispatches(await withFile());
    await refused(faulty().without("staging_files"), send, "db_error");
    await runs(await send());
  },
);

ownTest("POST /v1/dispatch leaves nothing of a mission that cannot be written", async () => {
  const send = dispatches(await withFile());
  await refused(faulty().refusing("INSERT ON missions"), send, "db_error");
  // By then the mission itself has been written.
  await refused(faulty().refusing("INSERT ON mission_files"), send, "db_error");
  await refused(faulty().refusing("UPDATE ON staging_files"), send, "db_error");
  assertEquals(faulty().column("SELECT count(*) FROM missions WHERE status IN ('queued', 'running')"), [0]);
  await runs(await send());
});

ownTest(
  "POST /v1/dispatch: the first dispatch after an apply may fail and be sent again",
  async () => {
    const { dugdale } = faulty();
    // With a runtime of its own, which is written together with the first mission that needs it.
    await apply(dugdale, { ...STATE, runtime: { command_template: ["sh", "{mission_path}"] } });
    const send = dispatches({});
    await refused(faulty().refusing("INSERT ON missions"), send, "db_error");
    await runs(await send());
    await apply(dugdale, STATE);
  },
);

ownTest("POST /v1/exec/dispatch fails when files or execs cannot be looked up", async () => {
  const send = await execs();
  await refused(faulty().without("staging_files"), send, "internal");
  await refused(faulty().without("missions"), send, "internal");
  await runs(await send());
});

ownTest("POST /v1/exec/dispatch leaves nothing of an exec that cannot be written", async () => {
  const send = await execs();
  await refused(faulty().refusing("INSERT ON missions"), send, "db_error");
  await refused(faulty().refusing("INSERT ON mission_files"), send, "db_error");
  await runs(await send());
});

ownTest("POST /v1/missions/{id}/restart fails when the new mission cannot be written", async () => {
  const { dugdale } = faulty();
  const { mission_id } = await dugdale.run("silent.sh", await withFile());
  const send = (): Promise<Reply> => dugdale.post(`/v1/missions/${mission_id}/restart`);
  await refused(faulty().refusing("INSERT ON missions"), send, "db_error");
  await refused(faulty().without("missions"), send, "db_error");
  const count = `SELECT count(*) FROM missions WHERE restarted_from = '${mission_id}'`;
  assertEquals(faulty().column(count), [0]);
  await runs(await send());
  assertEquals(faulty().column(count), [1]);
});

ownTest(
  "POST /v1/missions/{id}/kill: a queued mission that cannot be ended stays queued",
  async () => {
    const { dugdale } = faulty();
    await apply(dugdale, HELD);
    const id = await dugdale.queue("silent.sh", { lane: "held" });
    const kill = (): Promise<Reply> => dugdale.post(`/v1/missions/${id}/kill`);
    await refused(faulty().refusing(TO_DONE), kill, "db_error");
    await refused(faulty().without("missions"), kill, "db_error");
    assertEquals((await dugdale.record(id)).status, "queued");
    assertEquals((await kill()).body, { status: "killed" });
    assertEquals((await dugdale.events(id)).map(({ event }) => event), ["queued", "done"]);
    await apply(dugdale, STATE);
  },
);

ownTest("DELETE /v1/missions/{id} keeps a mission that cannot be marked as deleted", async () => {
  const { dugdale } = faulty();
  const { mission_id } = await dugdale.run("silent.sh");
  const remove = (): Promise<Reply> => dugdale.call("DELETE", `/v1/missions/${mission_id}`);
  await refused(faulty().refusing(TO_DELETING), remove, "db_error");
  await refused(faulty().without("missions"), remove, "db_error");
  assertEquals((await dugdale.record(String(mission_id))).status, "done");
  assertEquals((await remove()).status, 202);
});

ownTest("bulk-restart and bulk-delete: what fails at the database fails alone", async () => {
  const { dugdale } = faulty();
  const [first, second] = await Promise.all([dugdale.run("silent.sh"), dugdale.run("silent.sh")]);
  const ids = [first.mission_id, second.mission_id];
  const bulk = async (verb: string): Promise<unknown> => {
    const { status, body } = await dugdale.post(`/v1/missions/bulk-${verb}`, { ids });
    assertEquals(status, 200);
    return (body.results as Fields[]).map(({ id, ok, error }) => [id, ok, error]);
  };
  {
    using _refusing = faulty().refusing(`INSERT ON missions WHEN NEW.restarted_from = '${ids[0]}'`);
    assertEquals(await bulk("restart"), [[ids[0], false, "db_error"], [ids[1], true, undefined]]);
  }
  {
    using _refusing = faulty().refusing(`${TO_DELETING} AND NEW.mission_id = '${ids[0]}'`);
    assertEquals(await bulk("delete"), [[ids[0], false, "db_error"], [ids[1], true, undefined]]);
  }
  assertEquals(await bulk("delete"), ids.map((id) => [id, true, undefined]));
});

ownTest("POST /v1/admin/apply: a state that cannot be stored changes nothing", async () => {
  const { dugdale } = faulty();
  const { body: before } = await dugdale.get("/v1/admin/state");
  const lanes = { fast: { concurrency: 16 }, more: { concurrency: 1 } };
  const send = (): Promise<Reply> => dugdale.post("/v1/admin/apply?prune=true", { ...STATE, lanes });
  await refused(faulty().refusing("UPDATE ON applied"), send, "internal");
  await refused(faulty().refusing("INSERT ON applied"), send, "internal");
  assertEquals((await dugdale.get("/v1/admin/state")).body, before);
  assertProblem(await dugdale.dispatch({ mission: "silent.sh", lane: "more" }), 400, "unknown_lane");
  await runs(await dugdale.dispatch({ mission: "silent.sh", lane: "slow" }));
  assertEquals((await send()).body.started, ["more"]);
  await runs(await dugdale.dispatch({ mission: "silent.sh", lane: "more" }));
  await apply(dugdale, STATE);
});

ownTest("POST /v1/admin/apply: after a forced prune that failed, the lane works as before", async () => {
  const { dugdale } = faulty();
  const prune = (): Promise<Reply> =>
    dugdale.post("/v1/admin/apply?force_prune=true", { ...STATE, lanes: { fast: { concurrency: 16 } } });
  await refused(faulty().refusing("UPDATE ON applied"), prune, "internal");
  await runs(await dugdale.dispatch({ mission: "silent.sh", lane: "slow" }));
  assertEquals((await prune()).body.stopped, ["slow"]);
  await apply(dugdale, STATE);
});

ownTest("pause and continue that cannot be stored are taken back", async () => {
  const { dugdale } = faulty();
  const send = (verb: string) => (): Promise<Reply> => dugdale.post(`/v1/admin/lanes/slow/${verb}`);
  await refused(faulty().refusing("UPDATE ON applied"), send("pause"), "internal");
  await runs(await dugdale.dispatch({ mission: "silent.sh", lane: "slow" }));
  assertEquals((await send("pause")()).body, { status: "paused" });
  const waiting = await dugdale.dispatch({ mission: "silent.sh", lane: "slow" });
  await refused(faulty().refusing("UPDATE ON applied"), send("continue"), "internal");
  assertEquals((await dugdale.record(String(waiting.body.mission_id))).status, "queued");
  assertEquals((await send("continue")()).body, { status: "running" });
  await runs(waiting);
});

ownTest("a read that fails at the database is answered with db_error", async () => {
  const { dugdale } = faulty();
  const { mission_id: id } = await dugdale.run("silent.sh", await withFile());
  const staged = await dugdale.stage("content");
  const paths = [
    "missions",
    `missions/${id}`,
    `missions/${id}/events`,
    `missions/${id}/output?stream=stdout`,
    `staging?mission_id=${id}`,
  ];
  for (const path of paths) {
    await refused(faulty().without("missions"), () => dugdale.get(`/v1/${path}`), "db_error");
  }
  const file = (): Promise<Reply> => dugdale.get(`/v1/staging/${staged}`);
  await refused(faulty().without("staging_files"), file, "db_error");
  {
    using _gone = faulty().without("staging_files");
    const { status, text } = await dugdale.call("HEAD", `/v1/staging/${staged}`);
    assertEquals([status, text], [500, ""]);
  }
  for (const path of [...paths, `staging/${staged}`]) {
    assertEquals((await dugdale.get(`/v1/${path}`)).status, 200);
  }
});

ownTest("a mission whose files cannot be looked up at its start crashes, and the next one runs", async () => {
  const { dugdale } = faulty();
  await apply(dugdale, HELD);
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  {
    using _gone = faulty().without("mission_files");
    assertEquals((await dugdale.post("/v1/admin/lanes/held/continue")).status, 200);
    await ended(id);
  }
  const { outcome, fail_reason, pid } = await dugdale.record(id);
  assertEquals([outcome, fail_reason, pid], ["crashed", "spawn_failed", 0]);
  await runs(await dugdale.dispatch({ mission: "silent.sh", lane: "held" }));
  await apply(dugdale, STATE);
});

ownTest("a mission whose end cannot be published frees its slot once", async () => {
  const { dugdale, place } = faulty();
  const waiting = async (gate: string): Promise<string> =>
    await dugdale.queue("waits_for_file.sh", { lane: "slow", input: { gate: `${place.dir}/${gate}` } });
  const id = await waiting("first");
  await dugdale.event(id, "progress", "ready");
  // Its stream breaks off: a client that connects again is told.
  const followed = assertRejects(() => dugdale.event(id, "done"), TypeError);
  {
    using _gone = faulty().without("mission_files");
    await Deno.writeTextFile(`${place.dir}/first`, "");
    await ended(id);
  }
  const next = [await waiting("second"), await waiting("second")];
  await dugdale.event(next[0] ?? "", "progress", "ready");
  const { text } = await dugdale.get("/v1/lanes");
  assert(text.includes('{"name":"slow","concurrency":1,"paused":false,"queued":1,"running":1}'), text);
  await Deno.writeTextFile(`${place.dir}/second`, "");
  await followed;
  for (const each of [id, ...next]) assertEquals((await dugdale.done(each)).outcome, "success");
});

/** Looks past the dugdale, which may not be able to tell. */
async function ended(id: string): Promise<void> {
  const status = `SELECT status FROM missions WHERE mission_id = '${id}'`;
  await until(() => Promise.resolve(faulty().column(status)[0] === "done"));
}

/** What a request that fails in the middle must not have done to a dispatch. */
async function withFile(): Promise<Dispatch> {
  return { files: [{ role: "data", staging_id: await faulty().dugdale.stage("content") }] };
}

/** The same dispatch, again and again. */
function dispatches(what: Dispatch): () => Promise<Reply> {
  const id = newId();
  return () => faulty().dugdale.dispatch({ mission: "silent.sh", id, ...what });
}

/** The same exec, again and again. */
async function execs(): Promise<() => Promise<Reply>> {
  const { dugdale } = faulty();
  const body = {
    lane: "fast",
    command: ["true"],
    in: [{ key: "data", staging_id: await dugdale.stage("content") }],
  };
  const headers = { "idempotency-key": newId() };
  return () => dugdale.post("/v1/exec/dispatch", body, { as: "exec", headers });
}

/** The request is refused with that code while the damage lasts. */
async function refused(damage: Disposable, send: () => Promise<Reply>, code: string): Promise<void> {
  using _damage = damage;
  assertProblem(await send(), 500, code);
}

/** What the answer tells of was accepted, and is run to a good end. */
async function runs({ status, body, text }: Reply): Promise<void> {
  assert(status === 202 || status === 201, text);
  assertEquals((await faulty().dugdale.done(String(body.mission_id ?? body.exec_id))).outcome, "success");
}
