import { assert, assertEquals } from "@std/assert";
import { clip } from "../../mission/clip.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("clip() leaves a text that fits, to the last byte", () => {
  assertEquals(clip("é".repeat(20), 40), "é".repeat(20));
  assertEquals(clip("", 40), "");
});

Deno.test("clip() cuts at a character and never exceeds the limit", () => {
  for (const text of ["a".repeat(100), "é".repeat(100), "€".repeat(100), "😀".repeat(100)]) {
    for (let maxBytes = 20; maxBytes < 40; maxBytes++) {
      const cut = clip(text, maxBytes);
      assert(bytes(cut) <= maxBytes && bytes(cut) > maxBytes - 4, `${cut} for ${maxBytes}`);
      assert(cut.endsWith("…[truncated]") && cut.isWellFormed() && text.startsWith(cut.slice(0, -12)));
    }
  }
});
