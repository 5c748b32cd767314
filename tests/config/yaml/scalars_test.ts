import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { choice, filledText, flag, integer, text } from "../../../config/yaml/scalars.ts";
import type { Decoder } from "../../../config/yaml/decoder.ts";
import { YamlDocument } from "../../../config/yaml/document.ts";

function decode<Value>(decoder: Decoder<Value>, yaml: string): Value | undefined {
  return decoder.decode(new YamlDocument("f.yaml", yaml).root);
}

Deno.test("text() keeps the source text of unquoted numbers and bools", () => {
  for (const typed of ["0123", "1.50", "true", "0x1F", "2024-01-01", "1e3", "yes"]) {
    assertEquals(decode(text(""), typed), typed);
  }
});

Deno.test("text() reads a missing value as the empty string, and quoted words as they are", () => {
  for (const typed of ["null", "~", "Null", "NULL"]) assertEquals(decode(text(""), typed), "");
  assertEquals(decode(text(""), '"null"'), "null");
  assertEquals(decode(text(""), "!!str null"), "null");
});

Deno.test("text() refuses lists and mappings", () => {
  assertThrows(() => decode(text(""), "[a]"), ConfigError, "must be a string, not a list");
  assertThrows(() => decode(text(""), "{a: b}"), ConfigError, "must be a string, not a mapping");
});

Deno.test("filledText() treats the empty string as absent", () => {
  assertEquals(decode(filledText(""), '""'), undefined);
  assertEquals(decode(filledText(""), "~"), undefined);
  assertEquals(decode(filledText(""), "0"), "0");
});

const NUMBERS: readonly (readonly [typed: string, number: number])[] = [
  ["7180", 7180],
  ["7180.0", 7180],
  ["0x1C0C", 7180],
  ["7_180", 7180],
  ["0o17", 15],
  ["0b101", 5],
  ["-16000", -16000],
  ["+5", 5],
  ["-0x10", -16],
  ["1e3", 1000],
  ["0", 0],
  ["-0", 0],
];
for (const [typed, number] of NUMBERS) {
  Deno.test(`integer() reads ${typed} as ${number}`, () => {
    assertEquals(decode(integer(""), typed), number);
  });
}

const NO_NUMBERS = [
  ['"7180"', "must be a number without quotes"],
  ["1.5", "must be a whole number, not 1.5"],
  ["port", "must be a whole number, not port"],
  ["0123", "must be a whole number, not 0123"],
  ["9007199254740993", "must be a whole number"],
  [".", "must be a whole number"],
  [".inf", "must be a whole number"],
  ["true", "must be a whole number"],
  ["[1]", "must be a number without quotes, not a list"],
] as const;
for (const [typed, words] of NO_NUMBERS) {
  Deno.test(`integer() refuses ${typed}`, () => {
    assertThrows(() => decode(integer(""), typed), ConfigError, words);
  });
}

Deno.test("integer() can drop fractions", () => {
  assertEquals(decode(integer("", { dropsFraction: true }), "1.5"), 1);
  assertEquals(decode(integer("", { dropsFraction: true }), "-1.5"), -1);
});

Deno.test("integer() and flag() treat a missing value as absent", () => {
  assertEquals(decode(integer(""), "~"), undefined);
  assertEquals(decode(flag(""), "~"), undefined);
});

Deno.test("flag() reads the words of old and new YAML", () => {
  for (const typed of ["true", "True", "TRUE", "yes", "on", "Yes", "ON", "y"]) {
    assertEquals(decode(flag(""), typed), true, typed);
  }
  for (const typed of ["false", "False", "FALSE", "no", "off", "No", "OFF", "n"]) {
    assertEquals(decode(flag(""), typed), false, typed);
  }
});

Deno.test("flag() refuses quoted words, numbers and other words", () => {
  assertThrows(() => decode(flag(""), '"false"'), ConfigError, "without quotes, not a quoted string");
  assertThrows(() => decode(flag(""), "1"), ConfigError, "must be true or false, not 1");
  assertThrows(() => decode(flag(""), "maybe"), ConfigError, "must be true or false, not maybe");
  assertThrows(() => decode(flag(""), "{}"), ConfigError, "not a mapping");
});

Deno.test("choice() notes other words instead of throwing, so that earlier faults go first", () => {
  const document = new YamlDocument("f.yaml", "INFO");
  assertEquals(choice("", ["debug", "info"], 7).decode(document.root), undefined);
  assertEquals(document.problems, [{ order: 7, key: "", problem: 'must be debug, info, not "INFO"' }]);
  assertEquals(decode(choice("", ["debug", "info"], 7), "info"), "info");
});
