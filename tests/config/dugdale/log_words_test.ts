import { assertEquals } from "@std/assert";
import { findLogFormat, findLogLevel } from "../../../config/dugdale/log_words.ts";

Deno.test("findLogLevel() is easy on case and spaces, and knows warning", () => {
  const words = ["debug", " INFO ", "Warn", "WARNING", "error", "", "  ", "trace", "warnings"];
  const levels = ["debug", "info", "warn", "warn", "error", "info", "info", undefined, undefined];
  assertEquals(words.map(findLogLevel), levels);
});

Deno.test("findLogFormat() is easy on case and spaces", () => {
  assertEquals(["json", " Text", "", "yaml"].map(findLogFormat), ["json", "text", "json", undefined]);
});
