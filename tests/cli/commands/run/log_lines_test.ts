import { assertEquals } from "@std/assert";
import { logLines } from "../../../../cli/commands/run/log_lines.ts";

async function split(chunks: readonly string[], maxBytes?: number): Promise<string[]> {
  const encoder = new TextEncoder();
  const stream = ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk)));
  return await Array.fromAsync(logLines(stream, maxBytes));
}

Deno.test("logLines() splits at newlines, across chunks, without carriage returns", async () => {
  assertEquals(await split(["a\r", "\nb", "\n\nc\r\n\r\n"]), ["a", "b", "", "c", ""]);
  assertEquals(await split(["a\r\r\nb\n"]), ["a", "b"]);
});

Deno.test("logLines() gives progress that is printed over itself line by line, as it comes", async () => {
  assertEquals(await split(["10%\r20%\r", "30%\r\ndone\n"]), ["10%", "20%", "30%", "done"]);
  assertEquals(await split(["\r10%", "\r20%", "\ndone\n"]), ["10%", "20%", "done"]);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const lines = logLines(readable);
  const first = lines.next();
  await writer.write(new TextEncoder().encode("10%\r"));
  assertEquals((await first).value, "10%");
  const end = lines.next();
  await writer.close();
  assertEquals((await end).done, true);
});

Deno.test("logLines() gives an unterminated last line", async () => {
  assertEquals(await split(["a\nb"]), ["a", "b"]);
  assertEquals(await split([]), []);
});

Deno.test("logLines() gives a line that is too long in parts, and what follows it", async () => {
  assertEquals(await split(["abc\n"], 3), ["abc"]);
  assertEquals(await split(["ab", "cdef", "gh\n\nnext\n"], 3), ["abc", "def", "gh", "", "nex", "t"]);
  assertEquals(await split(["aé", "é\n"], 2), ["a", "é", "é"]);
});
