import { assertEquals } from "@std/assert";
import { clip, columnsOf } from "../../../cli/output/columns.ts";

for (
  const [text, columns] of [
    ["abc", 3],
    ["漢字", 4],
    ["e\u0301", 1],
    ["👨‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["1️⃣", 2],
    ["각", 2],
    ["ｱ", 1],
    ["Ａ", 2],
    ["\u200b", 0],
    ["…", 1],
    ["▕█▏", 3],
  ] as const
) {
  Deno.test(`columnsOf() counts ${columns} for "${text}"`, () => assertEquals(columnsOf(text), columns));
}

Deno.test("clip() keeps an emoji whole or leaves it out", () => {
  assertEquals(clip("a👨‍👩‍👧‍👦b", 4), "a👨‍👩‍👧‍👦b");
  assertEquals(clip("a👨‍👩‍👧‍👦bc", 4), "a👨‍👩‍👧‍👦…");
  assertEquals(clip("a👨‍👩‍👧‍👦bc", 3), "a…");
  assertEquals(clip("abc", 0), "");
});
