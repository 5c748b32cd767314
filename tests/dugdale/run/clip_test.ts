import { assertEquals } from "@std/assert";
import { clip } from "../../../dugdale/run/clip.ts";

Deno.test("clip() never cuts a character in two", () => {
  assertEquals(clip("aäb", 2), "a");
  assertEquals(clip("aäb", 3), "aä");
  assertEquals(clip("😀", 3), "");
});
