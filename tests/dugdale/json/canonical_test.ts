import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  canonical,
  canonicalInTurns,
  compact,
  DepthError,
  NotCanonicalError,
} from "../../../dugdale/json/canonical.ts";
import { member, readJson, readJsonInTurns } from "../../../dugdale/json/reader.ts";
import { JsonSyntaxError } from "../../../dugdale/json/scanner.ts";

const canon = (text: string): string => canonical(readJson(text), text);

const CANONICAL: readonly (readonly [text: string, expected: string])[] = [
  [' { "b" : [ 1 , true , null ] , "a" : "x" } ', '{"a":"x","b":[1,true,null]}'],
  ['{"\\ufb33":2,"\\ud83d\\ude00":1}', '{"\u{1f600}":1,"\ufb33":2}'],
  ["9223372036854775807", "9223372036854775807"],
  ["-9223372036854775808", "-9223372036854775808"],
  ["18446744073709551615", "18446744073709551615"],
  ["18446744073709551616", "18446744073709552000"],
  ["-9223372036854775809", "-9223372036854776000"],
  ["1.0", "1"],
  ["1e2", "100"],
  ["-0", "0"],
  ["-0.0", "0"],
  ["1e21", "1e+21"],
  ["1E-7", "1e-7"],
  ["0.000001", "0.000001"],
  ['"\\u0001\\u001f\\b\\f\\n\\r\\t\\"\\\\\\/<>&"', '"\\u0001\\u001f\\b\\f\\n\\r\\t\\"\\\\/<>&"'],
  ['"\\ud800"', '"\ufffd"'],
  ["{}", "{}"],
  ["[]", "[]"],
  ["[1] trailing", "[1]"],
];

Deno.test("canonical() writes each value in its one way", () => {
  for (const [text, expected] of CANONICAL) assertEquals(canon(text), expected, text);
});

Deno.test("canonical() refuses repeated keys at any depth and numbers out of range", () => {
  for (const text of ['{"a":1,"a":1}', '[{"x":{"b":1,"a":2,"b":3}}]', "1e400", "[-1e999]"]) {
    assertThrows(() => canon(text), NotCanonicalError, undefined, text);
  }
});

Deno.test("readJson() refuses what is not JSON", () => {
  for (
    const text of [
      "",
      " ",
      "{",
      "[1,]",
      "{a:1}",

      "+1",

      ".5",
      "tru",
      '"\n"',
      '"\\x"',
      '"\\u12"',
      "'a'",
      '{"a"}',
      '{"a":1,}',
      '"',
      "NaN",
      '"\\',
      "-",
    ]
  ) {
    assertThrows(() => readJson(text), JsonSyntaxError, undefined, JSON.stringify(text));
  }
});

Deno.test("readJson() agrees with JSON.parse on what both accept", () => {
  const text = '{"a":[1,2.5,-3e-2,"\\u00e9\\n",{"b":{},"c":[[]]}],"d":false}';
  assertEquals(JSON.parse(canon(text)), JSON.parse(text));
});

Deno.test("canonicalInTurns() writes a long value as canonical() does, and lets others have their turn", async () => {
  const keys = Array.from(
    { length: 50_000 },
    (_, index) => `"k${(index * 7919) % 50_000}" : [ ${index}.0 , "\\u0041" ]`,
  );
  const text = `{${keys.join(" , ")}}`;
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const written = await canonicalInTurns(await readJsonInTurns(text), text);
  clearInterval(timer);
  assertEquals(written, canon(text));
  const parsed = JSON.parse(text);
  assertEquals(
    written,
    JSON.stringify(Object.fromEntries(Object.entries(parsed).sort(([a], [b]) => a < b ? -1 : 1))),
  );
  assertEquals(turns > 10, true);
});

Deno.test("canonicalInTurns() finds a key that is repeated far away", async () => {
  const text = `{${Array.from({ length: 10_000 }, (_, index) => `"k${index % 9999}":1`).join()}}`;
  const node = await readJsonInTurns(text);
  await assertRejects(() => canonicalInTurns(node, text), NotCanonicalError, 'key "k0" is repeated');
});

Deno.test("readJson() stops at a depth that other readers do not manage", () => {
  assertThrows(() => readJson("[".repeat(100_000)), JsonSyntaxError, "nested more than 10000 levels deep");
  canon("[".repeat(9000) + "]".repeat(9000));
});

Deno.test("canonicalInTurns() and compact() refuse what is nested deeper than allowed", async () => {
  const text = '[{"a":[]},[],{}]';
  const node = readJson(text);
  assertEquals([await canonicalInTurns(node, text, 3), compact(text, node, 3)], [text, text]);
  await assertRejects(() => canonicalInTurns(node, text, 2), DepthError, "more than 2 levels deep");
  assertThrows(() => compact(text, node, 2), DepthError, "more than 2 levels deep");
});

Deno.test("member() prefers the exact name, the last one, and takes null for absent", () => {
  const find = (text: string): string | undefined => {
    const node = readJson(text);
    const found = node.kind === "object" ? member(node, "lane") : undefined;
    return found && text.slice(found.start, found.end);
  };
  assertEquals(find('{"lane":1,"LANE":2}'), "1");
  assertEquals(find('{"Lane":2}'), "2");
  assertEquals(find('{"lane":1,"lane":3}'), "3");
  assertEquals(find('{"lane":null}'), undefined);
});

Deno.test("compact() drops white space only between tokens and keeps every digit", () => {
  const text = '  { "a b" : [ 1.50 , 9007199254740993 ] , "q\\"  x" : "  " }';
  assertEquals(compact(text, readJson(text)), '{"a b":[1.50,9007199254740993],"q\\"  x":"  "}');
});
