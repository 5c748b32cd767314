import { assert, assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({
  state: {
    mission_dir: MISSIONS,
    lanes: { fast: { concurrency: 16 }, single: { concurrency: 1 }, held: { concurrency: 1, paused: true } },
  },
});
const HOUR_MS = 3_600_000;
const dispatch = (more: object, id = newId()) => dugdale.dispatch({ id, mission: "silent.sh", ...more });
const runNow = (id: string) => dugdale.post(`/v1/missions/${id}/run-now`);

Deno.test("a dispatch is refused when its priority, time, tags or owner break their rule", async () => {
  const refused: readonly [string, object][] = [
    ['priority "urgent" must be high, normal or low', { priority: "urgent" }],
    ["priority must be a string, not 1", { priority: 1 }],
    ["run_at and delay cannot be used together", { run_at: 1, delay: "1s" }],
    ["run_at -1 must be Unix milliseconds", { run_at: -1 }],
    ["run_at must be an integer, not 1.5", { run_at: 1.5 }],
    ['delay: duration "1d" must be like 250ms, 30s, 5m or 1h30m', { delay: "1d" }],
    ['delay "-1s" must not be negative', { delay: "-1s" }],
    ['delay "900000h" must be at most 100 years', { delay: "900000h" }],
    ['tags[] "a" must be given only once', { tags: ["a", "b", "a"] }],
    ["tags has 17 tags, 16 are allowed", { tags: Array.from({ length: 17 }, (_, n) => `t${n}`) }],
    [
      'tags[] "a b" must be 1 to 128 of letters, digits and _ . : / @ = + -, starting with a letter, a digit or _',
      { tags: ["a b"] },
    ],
    [
      'owner "" must be 1 to 128 of letters, digits and _ . : / @ = + -, starting with a letter, a digit or _',
      { owner: "" },
    ],
  ];
  for (const [message, more] of refused) {
    const reply = await dispatch(more);
    assertProblem(reply, 400, "bad_request");
    assertEquals(reply.body.message, message);
  }
});

Deno.test("a dispatch says which additions are heeded, and its record has them", async () => {
  const plain = await dispatch({});
  assertEquals(Object.keys(plain.body).sort(), ["mission_id", "status"]);
  const run_at = Date.now() + HOUR_MS;
  const more = { priority: "high", run_at, tags: ["nightly", "team:data"], owner: "ada@example.org" };
  const { status, body } = await dispatch(more);
  assertEquals([status, body.features_used], [202, ["priority", "run_at", "tags", "owner"]]);
  const { priority, run_at: at, tags, owner, status: state } = await dugdale.record(String(body.mission_id));
  assertEquals([{ priority, run_at: at, tags, owner }, state], [more, "queued"]);
  const bare = await dugdale.record(String(plain.body.mission_id));
  for (const name of Object.keys(more)) assert(!(name in bare), name);
});

Deno.test("additions count for what makes a repeat the same dispatch, but a normal priority is as none", async () => {
  const id = newId();
  const first = { lane: "held", delay: "90m", tags: ["a"] };
  assertEquals((await dispatch(first, id)).status, 202);
  assertEquals((await dispatch({ ...first, delay: "1h30m", priority: "normal" }, id)).status, 200);
  for (const other of [{ delay: "91m" }, { tags: ["b"] }, { owner: "a" }, { priority: "low" }]) {
    assertProblem(await dispatch({ ...first, ...other }, id), 409, "idempotency_conflict", {
      existing: { mission_id: id, kind: "mission", mission: "silent.sh", lane: "held", status: "queued" },
    });
  }
});

Deno.test("L7 a dispatch with a time, a priority and a timeout answers with its id, and is run with all three", async () => {
  const id = newId();
  const runAt = Date.now() + 3_600_000;
  const reply = await dispatch(
    { mission: "forever.sh", run_at: runAt, priority: "high", timeout: "100ms" },
    id,
  );
  assertEquals(reply.body.mission_id, id);
  const { status, run_at, priority } = await dugdale.record(id);
  assertEquals([status, run_at, priority], ["queued", runAt, "high"]);
  await runNow(id);
  const { outcome, priority: kept } = await dugdale.done(id);
  assertEquals([outcome, kept], ["timeout", "high"]);
});

Deno.test("G6 3 x 20 missions that were queued on a paused lane start in the order of their classes", async () => {
  await dugdale.post("/v1/admin/lanes/single/pause");
  const sent: { readonly id: string; readonly rank: number }[] = [];
  for (let n = 0; n < 20; n++) {
    for (const [rank, priority] of [[2, "low"], [1, "normal"], [0, "high"]] as const) {
      sent.push({ id: String((await dispatch({ lane: "single", priority })).body.mission_id), rank });
    }
  }
  await dugdale.post("/v1/admin/lanes/single/continue");
  const startMs = new Map<string, number>();
  for (const { id } of sent) startMs.set(id, Number((await dugdale.done(id)).time_started));
  const started = sent.map(({ id }) => id).sort((a, b) => startMs.get(a)! - startMs.get(b)!);
  const expected = sent.toSorted((a, b) => a.rank - b.rank).map(({ id }) => id);
  assertEquals(started, expected);
});

Deno.test("L8 a mission starts at its time: never early, and at most a second late on an idle lane", async () => {
  for (const more of [{ delay: "400ms" }, { run_at: Date.now() + 400 }]) {
    const sentMs = Date.now();
    const { body } = await dispatch(more);
    const record = await dugdale.done(String(body.mission_id));
    const dueMs = "run_at" in more ? Number(more.run_at) : Number(record.time_created) + 400;
    assertEquals(record.outcome, "success");
    assert(Number(record.time_started) >= dueMs, `${record.time_started} is before ${dueMs}`);
    assert(Number(record.time_started) <= dueMs + 1000, `${record.time_started} is late for ${dueMs}`);
    assert(sentMs <= Number(record.time_created));
    assert(!("run_at" in record));
  }
});

Deno.test("a time in the past is now", async () => {
  const { body } = await dispatch({ run_at: 1000 });
  assertEquals((await dugdale.done(String(body.mission_id))).outcome, "success");
});

Deno.test("run-now starts a mission that waits for its time, and leaves others as they are", async () => {
  const later = String((await dispatch({ delay: "1h" })).body.mission_id);
  assertEquals((await dugdale.record(later)).status, "queued");
  const reply = await runNow(later);
  assertEquals([reply.status, reply.body], [200, { status: "running" }]);
  assertEquals((await dugdale.done(later)).outcome, "success");
  assertProblem(await runNow(later), 409, "mission_done");
  const held = String((await dispatch({ lane: "held", delay: "1h" })).body.mission_id);
  for (let times = 0; times < 2; times++) assertEquals((await runNow(held)).body, { status: "queued" });
  assert(!("run_at" in await dugdale.record(held)));
  const forever = await dugdale.queue("forever.sh", { lane: "fast" });
  await dugdale.event(forever, "running");
  assertEquals((await runNow(forever)).body, { status: "running" });
  await dugdale.post(`/v1/missions/${forever}/kill`);
  assertProblem(await runNow("x"), 400, "bad_request");
  assertProblem(await runNow(newId()), 404, "not_found");
  const denied = await dugdale.post(`/v1/missions/${held}/run-now`, undefined, { as: "dispatch" });
  assertProblem(denied, 403, "forbidden");
});

Deno.test("a mission that waits for its time can be killed, and deleted", async () => {
  const ids = [];
  for (let n = 0; n < 2; n++) ids.push(String((await dispatch({ delay: "1h" })).body.mission_id));
  assertEquals((await dugdale.post(`/v1/missions/${ids[0]}/kill`)).body, { status: "killed" });
  assertEquals((await dugdale.record(ids[0]!)).outcome, "killed");
  assertEquals((await dugdale.call("DELETE", `/v1/missions/${ids[1]}`)).status, 202);
});

Deno.test("a restart has the priority, tags and owner of its mission, and starts at once", async () => {
  const more = { priority: "low", tags: ["a"], owner: "b", delay: "10ms" };
  const first = String((await dispatch(more)).body.mission_id);
  await dugdale.done(first);
  const { body } = await dugdale.post(`/v1/missions/${first}/restart`);
  const { priority, tags, owner, outcome } = await dugdale.done(String(body.mission_id));
  assertEquals({ priority, tags, owner, outcome }, {
    priority: "low",
    tags: ["a"],
    owner: "b",
    outcome: "success",
  });
});
