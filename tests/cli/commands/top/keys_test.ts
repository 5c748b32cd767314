import { assertEquals } from "@std/assert";
import { keysIn } from "../../../../cli/commands/top/keys.ts";

Deno.test("keys of a terminal are read one by one, however many come at once", () => {
  assertEquals(keysIn("q"), [{ text: "q" }]);
  assertEquals(keysIn("\x1b[A\x1b[Bé\r"), ["up", "down", { text: "é" }, "enter"]);
  assertEquals(keysIn("\x1bOA\x1b[5~\x1b[6~\x1b[H\x1b[F\x7f"), [
    "up",
    "pageup",
    "pagedown",
    "home",
    "end",
    "backspace",
  ]);
  assertEquals(keysIn("\x1b"), ["escape"]);
});

Deno.test("sequences without a meaning are left out whole, so that their letters are no keys", () => {
  assertEquals(keysIn("\x1b[15~\x1b[1;5C\x1bOP\x01q"), [{ text: "q" }]);
});
