import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { JsonValue } from "../../protocol/json_value.ts";
import { InvalidInputError } from "../../mission/errors.ts";
import { Input } from "../../mission/input.ts";
import { ARRAY, BOOL, DATE, DURATION, FLOAT, INT, OBJECT, STRING } from "../../mission/input_types.ts";

const input = new Input(
  JSON.parse(`{
    "a": { "b": [10, { "c": null }] }, "": 5, "x.y": 1, "n": null, "text": "three", "big": 9007199254740993,
    "list": [], "half": 0.5, "yes": true, "wait": "1m30s", "day": "2026-02-28", "__proto__": 1
  }`) as JsonValue,
);

Deno.test("Input.find() follows keys and indexes", () => {
  assertEquals(input.find("a.b.0"), 10);
  assertEquals(input.find("a.b.1.c"), null);
  assertEquals(input.find(""), 5);
  assertEquals(new Input(["x"]).find("0"), "x");
  assertEquals(input.find("__proto__"), 1);
});

Deno.test("Input.find() finds nothing at what is absent, inherited or behind a scalar", () => {
  for (
    const path of [
      "b",
      "a.c",
      "a.b.2",
      "a.b.00",
      "a.b.-1",
      "a.b.length",
      "text.0",
      "n.x",
      "x.y",
      "toString",
      "a.",
    ]
  ) {
    assertStrictEquals(input.find(path), undefined, path);
  }
});

Deno.test("Input.find() refuses any path into a scalar input", () => {
  for (const root of [7, "text", true, null]) {
    assertThrows(() => new Input(root).find("a"), InvalidInputError, "not an object");
  }
});

Deno.test("Input.need() names the path that is missing", () => {
  const error = assertThrows(() => input.need("a.c"), InvalidInputError, `input path "a.c" not found`);
  assertEquals(error.path, "a.c");
});

Deno.test("Input.read() gives the value, the fallback when nothing is there, and never the fallback for a null", () => {
  assertEquals(input.read("a.b.0", INT, 3), 10);
  assertEquals(input.read("missing", INT, 3), 3);
  assertThrows(() => input.read("n", INT, 3), InvalidInputError, `input "n" must be an integer`);
  assertThrows(() => input.read("missing", INT), InvalidInputError, "an integer");
});

Deno.test("Input.read() names path, rule and value", () => {
  const error = assertThrows(() => input.read("text", INT), InvalidInputError);
  assertEquals(error.message, `input "text" must be an integer within ±(2^53 - 1), not the string "three"`);
  assertEquals([error.path, error.found], ["text", "three"]);
});

Deno.test("INT refuses what JSON.parse has already rounded", () => {
  assertThrows(() => input.read("big", INT), InvalidInputError);
  assertThrows(() => input.read("half", INT), InvalidInputError);
});

Deno.test("each wanted kind takes its own and refuses the others", () => {
  assertEquals(input.read("text", STRING), "three");
  assertEquals(input.read("yes", BOOL), true);
  assertEquals(input.read("half", FLOAT), 0.5);
  assertEquals(input.read("list", ARRAY), []);
  assertEquals(input.read("a", OBJECT), { b: [10, { c: null }] });
  assertEquals(input.read("wait", DURATION), 90_000);
  for (
    const [path, wanted] of [["half", STRING], ["text", BOOL], ["text", FLOAT], ["a", ARRAY], [
      "list",
      OBJECT,
    ]] as const
  ) {
    assertThrows(() => input.read<unknown>(path, wanted), InvalidInputError, `input "${path}" must be`);
  }
  for (const path of ["text", "half"]) {
    assertThrows(() => input.read(path, DURATION), InvalidInputError, "duration");
  }
});

Deno.test("DATE reads days and moments in UTC unless they say otherwise", () => {
  const moment = (text: string) => new Input({ at: text }).read("at", DATE).toISOString();
  assertEquals(moment("2026-02-28"), "2026-02-28T00:00:00.000Z");
  assertEquals(moment("2024-02-29T12:30"), "2024-02-29T12:30:00.000Z");
  assertEquals(moment("2026-02-28T12:30:05.25+02:00"), "2026-02-28T10:30:05.250Z");
  assertEquals(moment("2026-02-28 12:30:05z"), "2026-02-28T12:30:05.000Z");
});

Deno.test("DATE refuses days that no calendar has and texts of other forms", () => {
  for (
    const text of [
      "2026-02-29",
      "2026-13-01",
      "2026-00-10",
      "2026-04-31",
      "2026-01-00",
      "1/2/2026",
      "now",
      "2026",
      "2026-01-01T25:00",
    ]
  ) {
    assertThrows(() => new Input({ at: text }).read("at", DATE), InvalidInputError, "date", text);
  }
});
