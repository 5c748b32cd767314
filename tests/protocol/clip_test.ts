import { assert, assertEquals } from "@std/assert";
import { clip, CUT_MARK, quote } from "../../protocol/clip.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("clip() leaves a string that fits, to the last byte", () => {
  assertEquals(clip("é".repeat(20), 40, CUT_MARK), "é".repeat(20));
  assertEquals(clip("", 40), "");
  assertEquals(clip("", 0, CUT_MARK), "");
});

Deno.test("clip() cuts at a character and never exceeds the limit", () => {
  assertEquals([clip("aäb", 2), clip("aäb", 3), clip("😀", 3), clip("a", 0)], ["a", "aä", "", ""]);
  for (const text of ["a".repeat(100), "é".repeat(100), "€".repeat(100), "😀".repeat(100)]) {
    for (let maxBytes = 20; maxBytes < 40; maxBytes++) {
      const cut = clip(text, maxBytes, CUT_MARK);
      assert(bytes(cut) <= maxBytes && bytes(cut) > maxBytes - 4, `${cut} for ${maxBytes}`);
      assert(cut.endsWith(CUT_MARK) && cut.isWellFormed() && text.startsWith(cut.slice(0, -CUT_MARK.length)));
    }
  }
});

Deno.test("clip() leaves the mark out where there is no room for it", () => {
  assertEquals(clip("abcdefghijklmnopqrst", 13, CUT_MARK), "abcdefghijklm");
  assertEquals(clip("abcdefghijklmnopqrst", 14, CUT_MARK), CUT_MARK);
});

Deno.test("quote() escapes a value and shows at most 128 bytes of it", () => {
  assertEquals(quote('a"\n'), '"a\\"\\n"');
  assertEquals(quote("x".repeat(128)), `"${"x".repeat(128)}"`);
  assertEquals(quote("x".repeat(129)), `"${"x".repeat(125)}…"`);
});
