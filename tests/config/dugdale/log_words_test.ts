import { assertEquals } from "@std/assert";
import { findLogFormat, findLogLevel } from "../../../config/dugdale/log_words.ts";

Deno.test("findLogLevel() ignores case and spaces, and accepts warning", () => {
  const words = ["debug", " INFO ", "Warn", "WARNING", "error", "", "  ", "trace", "warnings"];
  const levels = ["debug", "info", "warn", "warn", "error", "info", "info", undefined, undefined];
  assertEquals(words.map(findLogLevel), levels);
});

Deno.test("findLogFormat() ignores case and spaces", () => {
  assertEquals(["json", " Text", "", "yaml"].map(findLogFormat), ["json", "text", "json", undefined]);
});
