import { assertEquals, assertThrows } from "@std/assert";
import { NotJsonError } from "../../mission/errors.ts";
import { encodeObject } from "../../mission/json.ts";

Deno.test("encodeObject() writes objects as JSON.stringify does", () => {
  assertEquals(
    encodeObject({ a: [1, "é/"], d: new Date(0), u: undefined }, "x"),
    '{"a":[1,"é/"],"d":"1970-01-01T00:00:00.000Z"}',
  );
  assertEquals(encodeObject({}, "x"), "{}");
});

Deno.test("encodeObject() refuses what JSON would lose, and names where it stands", () => {
  for (
    const [value, text] of [[NaN, "NaN"], [-Infinity, "-Infinity"], [1n, "a bigint"], [new Map(), "a Map"], [
      new Set(),
      "a Set",
    ]]
  ) {
    assertThrows(
      () => encodeObject({ deep: [{ bad: value }] }, "return value"),
      NotJsonError,
      `return value, member "bad", is ${text}, which JSON cannot hold`,
    );
  }
});

Deno.test("encodeObject() refuses circles and whatever is no object", () => {
  const circle: Record<string, unknown> = {};
  circle.me = circle;
  assertThrows(() => encodeObject(circle, "x"), NotJsonError, "circular");
  for (const value of [null, undefined, 1, "x", [], () => 1, Symbol("s"), new Date(0)]) {
    assertThrows(() => encodeObject(value, "x"), NotJsonError, "x must be a plain object or undefined, not");
  }
});
