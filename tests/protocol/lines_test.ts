import { assertEquals } from "@std/assert";
import { type Line, lines, LineSplitter } from "../../protocol/lines.ts";

const encoder = new TextEncoder();

function read({ bytes, length }: Line): readonly [string, number] {
  return [new TextDecoder().decode(bytes), length];
}

Deno.test("LineSplitter keeps the beginning of a line that is too long, and counts the rest", () => {
  const splitter = new LineSplitter(3);
  assertEquals(splitter.push(encoder.encode("ab")), []);
  assertEquals(splitter.push(encoder.encode("cd")), []);
  assertEquals(splitter.pendingBytes, 4);
  assertEquals(splitter.push(encoder.encode("ef\ng\n\nhijkl\nm")).map(read), [
    ["abc", 6],
    ["g", 1],
    ["", 0],
    ["hij", 5],
  ]);
  const last = splitter.end();
  assertEquals(last && read(last), ["m", 1]);
  assertEquals([splitter.end(), splitter.pendingBytes], [undefined, 0]);
});

Deno.test("LineSplitter does not need a chunk any more once it has returned", () => {
  const splitter = new LineSplitter(100);
  const buffer = encoder.encode("abc");
  splitter.push(buffer);
  buffer.fill(120);
  assertEquals(splitter.push(encoder.encode("\n")).map(read), [["abc", 3]]);
});

Deno.test("lines() gives bytes after the last newline only when told to", async () => {
  const bytes = () => ReadableStream.from([encoder.encode("a\nb")]);
  assertEquals(await Array.fromAsync(lines(bytes(), { maxBytes: 9 })), ["a"]);
  assertEquals(await Array.fromAsync(lines(bytes(), { maxBytes: 9, unterminated: true })), ["a", "b"]);
});
