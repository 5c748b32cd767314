import { assertEquals, assertRejects } from "@std/assert";
import { logLines } from "../../../../cli/commands/run/log_lines.ts";
import { LineTooLongError } from "../../../../protocol/lines.ts";

async function split(chunks: readonly string[], maxBytes?: number): Promise<string[]> {
  const encoder = new TextEncoder();
  const stream = ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk)));
  return await Array.fromAsync(logLines(stream, maxBytes));
}

Deno.test("logLines() splits at newlines, across chunks, without carriage returns", async () => {
  assertEquals(await split(["a\r", "\nb", "\n\nc\rd\n"]), ["a", "b", "", "c\rd"]);
});

Deno.test("logLines() gives an unterminated last line", async () => {
  assertEquals(await split(["a\nb"]), ["a", "b"]);
  assertEquals(await split([]), []);
});

Deno.test("logLines() ends at a line that is too long", async () => {
  assertEquals(await split(["abc\n"], 3), ["abc"]);
  await assertRejects(() => split(["ab", "cd\n"], 3), LineTooLongError);
});
