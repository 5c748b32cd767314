import { assertEquals } from "@std/assert";
import { Told } from "../../../dugdale/run/told.ts";
import { SAID_LIMITS } from "../../../protocol/fd3.ts";

const parsed = (json: string | null): unknown => json === null ? undefined : JSON.parse(json);
const fields = (members: Record<string, unknown>) =>
  ({
    event: "meta",
    fields: new Map(Object.entries(members).map(([name, value]) => [name, JSON.stringify(value)])),
  }) as const;

Deno.test("Told keeps notes, warnings and states in their order, and merges facts", () => {
  const told = new Told();
  assertEquals(told.row(), {
    notes: null,
    warnings: null,
    meta: null,
    state: null,
    states: null,
    dropped: 0,
  });
  assertEquals(told.take({ event: "note", text: "a" }), { event: "note", text: "a" });
  told.take({ event: "note", text: "b" });
  assertEquals(told.take({ event: "warn", text: "slow", details: '{"ms":9007199254740993}' }), {
    event: "warning",
    text: "slow",
    details: '{"ms":9007199254740993}',
  });
  told.take({ event: "warn", text: "odd", details: null });
  for (const text of ["load", "draw", "load"]) told.take({ event: "state", text });
  assertEquals(told.take(fields({ rows: 1, status: "mine" })), undefined);
  told.take(fields({ rows: 2 }));
  assertEquals(told.row(), {
    notes: '["a","b"]',
    warnings: '[{"message":"slow","details":{"ms":9007199254740993}},{"message":"odd"}]',
    meta: '{"rows":2,"status":"mine"}',
    state: "load",
    states: '["load","draw","load"]',
    dropped: 0,
  });
});

Deno.test("Told drops and counts what is more than its limits, but always knows the present state", () => {
  const told = new Told();
  for (let n = 0; n <= SAID_LIMITS.notes; n++) told.take({ event: "note", text: `${n}` });
  for (let n = 0; n <= SAID_LIMITS.warnings; n++) told.take({ event: "warn", text: `${n}`, details: null });
  for (let n = 0; n < SAID_LIMITS.states; n++) told.take({ event: "state", text: `${n}` });
  assertEquals(told.take({ event: "state", text: "last" }), undefined);
  told.take(fields({ a: 1 }));
  told.take(fields({ big: "x".repeat(SAID_LIMITS.metaBytes) }));
  const row = told.row();
  assertEquals(row.dropped, 4);
  assertEquals((parsed(row.notes) as unknown[]).length, SAID_LIMITS.notes);
  assertEquals((parsed(row.warnings) as unknown[]).length, SAID_LIMITS.warnings);
  assertEquals((parsed(row.states) as unknown[]).length, SAID_LIMITS.states);
  assertEquals([row.state, row.meta], ["last", '{"a":1}']);
});

Deno.test("Told cuts long texts and names, and replaces details that are too long by their length", () => {
  const told = new Told();
  const long = "ä".repeat(SAID_LIMITS.textBytes);
  const bytes = (text = "") => new TextEncoder().encode(text).length;
  const note = told.take({ event: "note", text: long });
  assertEquals(bytes(note?.text) <= SAID_LIMITS.textBytes, true);
  assertEquals(note?.text.endsWith("ä…[truncated]"), true);
  assertEquals(bytes(told.take({ event: "state", text: long })?.text) <= SAID_LIMITS.stateBytes, true);
  const details = JSON.stringify({ text: "x".repeat(SAID_LIMITS.textBytes) });
  assertEquals(
    told.take({ event: "warn", text: "w", details })?.details,
    JSON.stringify({ truncated: true, original_bytes: details.length }),
  );
});

Deno.test("Told of a further attempt goes on where the one before has ended", () => {
  const first = new Told();
  first.take({ event: "note", text: 'with "quotes", [and] more' });
  first.take({ event: "warn", text: "w", details: '{"n":[1,{"a":2}]}' });
  first.take({ event: "state", text: "drawing" });
  first.take(fields({ a: { b: [1] }, n: 1 }));
  const second = new Told(first.row());
  assertEquals(second.row(), first.row());
  second.take({ event: "note", text: "again" });
  second.take(fields({ n: 2 }));
  assertEquals(parsed(second.row().notes), ['with "quotes", [and] more', "again"]);
  assertEquals(parsed(second.row().meta), { a: { b: [1] }, n: 2 });
});
