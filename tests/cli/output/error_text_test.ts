import { assertEquals } from "@std/assert";
import { shortText } from "../../../cli/output/error_text.ts";
import { CommandError } from "../../../cli/errors.ts";

Deno.test("shortText() has no stack for an answer that is nested too deeply, and no password of a URL", () => {
  const overflow = new RangeError("Maximum call stack size exceeded");
  assertEquals(shortText(overflow), "an answer is nested too deeply to be read");
  const error = new CommandError("no way to http://user:p@ss@host:1/x?a=b@c through socks5h://u:p@[::1]:9");
  assertEquals(shortText(error), "no way to http://***@host:1/x?a=b@c through socks5h://***@[::1]:9");
});
