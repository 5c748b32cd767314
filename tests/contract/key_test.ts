import { assert, assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({
  state: {
    mission_dir: MISSIONS,
    lanes: {
      fast: { concurrency: 16 },
      other: { concurrency: 16 },
      held: { concurrency: 4, paused: true },
    },
  },
});
const dispatch = (more: object, id = newId()) =>
  dugdale.dispatch({ id, mission: "silent.sh", lane: "held", ...more });
const sent = async (more: object, id = newId()) => {
  const { status, body, text } = await dispatch(more, id);
  assertEquals(status, 202, text);
  return String(body.mission_id);
};
const kill = (id: string) => dugdale.post(`/v1/missions/${id}/kill`);
let keys = 0;
const newKey = () => `order-${newId()}-${keys++}`;

Deno.test("a dispatch is refused when its key breaks its rule, or unique or serial have none", async () => {
  const refused: readonly [string, object][] = [
    ['key "a b" must be 1 to 256 visible ASCII characters without spaces', { key: "a b" }],
    ['key "" must be 1 to 256 visible ASCII characters without spaces', { key: "" }],
    ["unique needs a key", { unique: "queued" }],
    ["serial needs a key", { serial: true }],
    ['unique "always" must be queued, active or kept', { key: "a", unique: "always" }],
    ["serial must be true or false, not 1", { key: "a", serial: 1 }],
  ];
  for (const [message, more] of refused) {
    const reply = await dispatch(more);
    assertProblem(reply, 400, "bad_request");
    assertEquals(reply.body.message, message);
  }
});

Deno.test("D4 of 50 dispatches at the same time with one unique key one makes a mission, and all name it", async () => {
  for (const unique of ["queued", "active", "kept"]) {
    const key = newKey();
    const replies = await Promise.all(Array.from({ length: 50 }, () => dispatch({ key, unique })));
    const made = replies.filter(({ status }) => status === 202);
    assertEquals(made.length, 1);
    const id = made[0]!.body.mission_id;
    for (const { status, body } of replies) {
      assertEquals(body.mission_id, id);
      assertEquals(body.features_used, ["key"]);
      assertEquals([body.deduplicated, body.status], [status === 202 ? undefined : true, "queued"]);
    }
    await kill(String(id));
  }
});

Deno.test("unique: queued looks at missions that wait, active also at those that run, kept at all that are there", async () => {
  const key = newKey();
  const running = await sent({ key, lane: "fast", mission: "forever.sh" });
  await dugdale.event(running, "running");
  const active = await dispatch({ key, unique: "active" });
  assertEquals([active.status, active.body.mission_id, active.body.status], [200, running, "running"]);
  const waiting = await sent({ key, unique: "queued" });
  const second = await dispatch({ key, unique: "queued" });
  assertEquals([second.status, second.body.mission_id], [200, waiting]);
  for (const id of [running, waiting]) await kill(id);
  await dugdale.done(running);
  const kept = await dispatch({ key, unique: "kept" });
  assertEquals([kept.status, kept.body.mission_id, kept.body.status], [200, waiting, "done"]);
  await sent({ key, unique: "active" });
});

Deno.test("a repeat of a dispatch that was deduplicated has the same answer, another dispatch with its id is a conflict", async () => {
  const key = newKey();
  const first = await sent({ key, unique: "queued" });
  const id = newId();
  assertEquals((await dispatch({ key, unique: "queued" }, id)).body.mission_id, first);
  await kill(first);
  const repeat = await dispatch({ key, unique: "queued" }, id);
  assertEquals([repeat.status, repeat.body.mission_id, repeat.body.status], [200, first, "done"]);
  const other = await dispatch({ key, unique: "queued", input: 1 }, id);
  assertEquals([other.status, other.body.error], [409, "idempotency_conflict"]);
  await sent({ key, unique: "queued" });
});

Deno.test("a key finds its newest mission, and its record says key, unique and serial", async () => {
  const key = `a/b?c#${newKey()}`;
  const find = (as: "dispatch" | "exec" = "dispatch") =>
    dugdale.get(`/v1/keys/${encodeURIComponent(key)}`, { as });
  assertProblem(await find(), 404, "not_found");
  await sent({ key, serial: true });
  const second = await sent({ key, serial: true, unique: undefined });
  const { status, body } = await find();
  assertEquals([status, body.mission_id, body.key, body.serial], [200, second, key, true]);
  assert(!("unique" in body));
  assertProblem(await find("exec"), 403, "forbidden_kind");
  assertProblem(await dugdale.get("/v1/keys/a%20b"), 400, "bad_request");
  const restarted = await dugdale.post(`/v1/missions/${second}/kill`).then(() =>
    dugdale.post(`/v1/missions/${second}/restart`)
  );
  const copy = await dugdale.record(String(restarted.body.mission_id));
  assertEquals([copy.key, copy.serial], [undefined, undefined]);
});

Deno.test("serial missions and others with the same key exclude each other", async () => {
  const key = newKey();
  const plain = await sent({ key });
  const reply = await dispatch({ key, serial: true });
  assertProblem(reply, 409, "key_conflict", { key, mission_id: plain, serial: false });
  await kill(plain);
  const serial = await sent({ key, serial: true });
  assertProblem(await dispatch({ key }), 409, "key_conflict", { key, mission_id: serial, serial: true });
});

Deno.test("of serial missions with one key one runs at a time in their order, while those of other keys go on", async () => {
  const key = newKey();
  const blocker = await sent({ key, serial: true, lane: "fast", mission: "forever.sh" });
  await dugdale.event(blocker, "running");
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) ids.push(await sent({ key, serial: true, lane: n < 3 ? "fast" : "other" }));
  const free = await sent({ key: newKey(), serial: true, lane: "fast" });
  assertEquals((await dugdale.done(free)).outcome, "success");
  for (const id of ids) assertEquals((await dugdale.record(id)).status, "queued");
  await kill(blocker);
  const records = [];
  for (const id of ids) records.push(await dugdale.done(id));
  const [a, b, c] = records.map((record) => [Number(record.time_started), Number(record.time_finished)]);
  assert(a![1]! <= b![0]! && b![1]! <= c![0]!, JSON.stringify([a, b, c]));
  const spans = records.map((record) => [Number(record.time_started), Number(record.time_finished)])
    .sort((x, y) => x[0]! - y[0]!);
  for (const [at, span] of spans.entries()) if (at > 0) assert(spans[at - 1]![1]! <= span[0]!);
});

Deno.test("a serial mission that waits for its first time holds up no other one", async () => {
  const key = newKey();
  const later = await sent({ key, serial: true, lane: "fast", delay: "1h" });
  const now = await sent({ key, serial: true, lane: "fast" });
  assertEquals((await dugdale.done(now)).outcome, "success");
  assertEquals((await dugdale.record(later)).status, "queued");
  await kill(later);
});
