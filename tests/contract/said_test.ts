/** What a mission says on its way: in its record, and among its events. */
import { assert, assertEquals } from "@std/assert";
import type { Fields } from "./dugdale.ts";
import { daemonTest, sharedDugdale } from "./harness.ts";
import { newId } from "./ids.ts";
import { saying, told } from "./shell_missions.ts";

const dugdale = sharedDugdale();
const SAID = ["notes", "warnings", "meta", "state", "states", "said_dropped"];

/** Of a record, what its mission said. */
const saidOf = (record: Fields) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => SAID.includes(name)));

daemonTest("L19, L20, L24, L28: what a mission says on its way stays with its record", async () => {
  const commands = saying(
    { event: "note", text: "from the cache" },
    { event: "state", name: "loading" },
    '{"event":"meta","fields":{"rows":9007199254740993,"status":"mine"}}',
    { event: "warn", message: "disk is slow", details: { ms: 900 } },
    { event: "warn", message: "disk is slower" },
    { event: "meta", fields: { source: "b" } },
    { event: "state", name: "drawing" },
    { event: "note", text: "7 of 7" },
    { event: "success", return: {} },
  );
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  const record = await dugdale.done(id);
  assertEquals([record.status, record.outcome], ["done", "success"]);
  const { meta, ...said } = saidOf(record);
  assertEquals(said, {
    notes: ["from the cache", "7 of 7"],
    warnings: [{ message: "disk is slow", details: { ms: 900 } }, { message: "disk is slower" }],
    state: "drawing",
    states: ["loading", "drawing"],
  });
  assertEquals((meta as Fields).status, "mine");
  const { text } = await dugdale.get(`/v1/missions/${id}`);
  assert(text.includes('"meta":{"rows":9007199254740993,"status":"mine","source":"b"}'), text);
});

daemonTest("L28: notes, warnings and states are events, in the order in which they were said", async () => {
  const commands = saying(
    { event: "state", name: "loading" },
    { event: "progress", value: 0.5 },
    { event: "note", text: "half" },
    { event: "meta", fields: { a: 1 } },
    { event: "warn", message: "slow", details: { ms: 9 } },
    { event: "warn", message: "slow", details: null },
  );
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.done(id);
  const events = await dugdale.events(id);
  assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8]);
  const said = events.slice(2, -1).map(({ time, ...event }) => {
    assert(Number.isInteger(time));
    return event;
  });
  assertEquals(said, [
    { event: "state", seq: 3, text: "loading" },
    { event: "progress", seq: 4, value: 0.5 },
    { event: "note", seq: 5, text: "half" },
    { event: "warning", seq: 6, text: "slow", details: { ms: 9 } },
    { event: "warning", seq: 7, text: "slow" },
  ]);
});

daemonTest("a running mission tells its state by its record", async () => {
  const commands = `${saying({ event: "state", name: "waiting" })} while :; do sleep 0.1; done`;
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.event(id, "state");
  assertEquals((await dugdale.record(id)).state, "waiting");
  await dugdale.post(`/v1/missions/${id}/kill`);
  assertEquals((await dugdale.done(id)).state, "waiting");
});

daemonTest("a mission that says nothing on its way has nothing of it in its record", async () => {
  assertEquals(saidOf(await dugdale.run("obeys.sh", { input: told("true") })), {});
});

daemonTest("further attempts add to what was said, and followers see all of it", async () => {
  const commands = `${saying({ event: "note", text: "tried" })} exit 1`;
  const id = newId();
  const retry = { attempts: 2, backoff: "10ms", jitter: 0 };
  const body = { lane: "fast", mission: "obeys.sh", input: told(commands), retry };
  await dugdale.post("/v1/dispatch", body, { as: "dispatch", headers: { "idempotency-key": id } });
  assertEquals((await dugdale.done(id)).notes, ["tried", "tried"]);
  const events = await dugdale.events(id);
  assertEquals(events.map(({ event }) => event), [
    "queued",
    "running",
    "note",
    "attempt",
    "running",
    "note",
    "done",
  ]);
});

daemonTest("what is said beyond the limits is dropped and counted, and is no failure", async () => {
  const commands = saying(...Array.from({ length: 70 }, (_, n) => ({ event: "note", text: `${n}` })));
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  assertEquals(record.outcome, "success");
  assertEquals([(record.notes as unknown[]).length, record.said_dropped], [64, 6]);
});

daemonTest(
  "L22: a mission's log has its lines with level and fields, also for those who follow it",
  async () => {
    const commands = `${
      saying(
        { event: "log", level: "info", message: "loaded", fields: { rows: 7 } },
        { event: "log", level: "error", message: "odd" },
        { event: "note", text: "logged" },
      )
    } while :; do sleep 0.1; done`;
    const id = await dugdale.queue("obeys.sh", { input: told(commands) });
    await dugdale.event(id, "note");
    const followed = dugdale.get(`/v1/missions/${id}/log?follow=true`);
    const { text, headers } = await dugdale.get(`/v1/missions/${id}/log`);
    assertEquals(headers.get("content-type"), "application/x-ndjson");
    const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert(lines.every(({ time }) => Number.isInteger(time)));
    assertEquals(lines.map(({ time: _, ...line }) => line), [
      { level: "info", message: "loaded", fields: { rows: 7 } },
      { level: "error", message: "odd" },
    ]);
    await dugdale.post(`/v1/missions/${id}/kill`);
    assertEquals((await followed).text, text);
  },
);

daemonTest("the log of a mission that writes none is empty", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told("true") });
  await dugdale.done(id);
  const { status, text } = await dugdale.get(`/v1/missions/${id}/log`);
  assertEquals([status, text], [200, ""]);
});

const isText = (value: unknown): boolean => typeof value === "string";
const isObject = (value: unknown): boolean => typeof value === "object";

/** Members of event lines that a reader of the first version decodes, with the types that it expects. */
const FIRST_VERSION: Readonly<Record<string, (value: unknown) => boolean>> = {
  seq: Number.isInteger,
  event: isText,
  value: Number.isFinite,
  message: isText,
  time: Number.isInteger,
  pid: Number.isInteger,
  lane: isText,
  mission: isText,
  outcome: isText,
  exit_code: Number.isInteger,
  signal: isText,
  outputs: isObject,
  duration_ms: Number.isInteger,
};

daemonTest("N2: a reader that knows four events can decode every line, and follows to the end", async () => {
  const says = saying(
    { event: "state", name: "a" },
    { event: "note", text: "b" },
    { event: "warn", message: "c", details: { value: "text", time: 1.5 } },
    { event: "progress", value: 0.5, message: "d" },
  );
  const id = newId();
  const retry = { attempts: 2, backoff: "10ms", jitter: 0 };
  const body = { lane: "fast", mission: "obeys.sh", input: told(`${says} exit 1`), retry };
  await dugdale.post("/v1/dispatch", body, { as: "dispatch", headers: { "idempotency-key": id } });
  await dugdale.done(id);
  const events = await dugdale.events(id);
  const kinds = new Set(events.map(({ event }) => event));
  assertEquals(kinds.size, 8, [...kinds].join());
  for (const event of events) {
    for (const [name, value] of Object.entries(event)) {
      const fits = FIRST_VERSION[name] ?? (() => true);
      assert(fits(value), `${event.event}: ${name} is ${JSON.stringify(value)}`);
    }
  }
  const known = events.filter(({ event }) =>
    ["queued", "running", "progress", "done"].includes(String(event))
  );
  assertEquals(known.map(({ event }) => event), [
    "queued",
    "running",
    "progress",
    "running",
    "progress",
    "done",
  ]);
});
