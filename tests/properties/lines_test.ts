import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { lines, LineTooLongError } from "../../protocol/lines.ts";
import { cuts } from "./cuts.ts";

const encoder = new TextEncoder();
const value = (): fc.Arbitrary<fc.JsonValue> => fc.jsonValue({ stringUnit: "grapheme" });

async function readAll(chunks: readonly Uint8Array<ArrayBuffer>[], maxBytes: number): Promise<string[]> {
  return await Array.fromAsync(lines(ReadableStream.from(chunks), { maxBytes }));
}

Deno.test("lines() gives each value of a stream once and in order, however it is cut", async () => {
  const cut = fc.array(value(), { maxLength: 8 }).chain((values) => {
    const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
    return fc.tuple(fc.constant(text), cuts(encoder.encode(text)));
  });
  await fc.assert(fc.asyncProperty(cut, async ([text, chunks]) => {
    assertEquals(await readAll(chunks, 1 << 20), text.split("\n").slice(0, -1));
  }));
});

Deno.test("lines() gives of a stream that breaks off exactly the lines that were whole", async () => {
  const broken = fc.array(value(), { minLength: 1, maxLength: 8 }).chain((values) => {
    const bytes = encoder.encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    return fc.nat(bytes.length).chain((length) => {
      const rest = bytes.subarray(0, length);
      return fc.tuple(fc.constant(rest), cuts(rest));
    });
  });
  await fc.assert(fc.asyncProperty(broken, async ([bytes, chunks]) => {
    const whole = new TextDecoder().decode(bytes.subarray(0, bytes.lastIndexOf(10) + 1));
    assertEquals(await readAll(chunks, 1 << 20), whole.split("\n").slice(0, -1));
  }));
});

Deno.test("lines() refuses a line beyond the limit at any cut, and none within it", async () => {
  const cut = fc.integer({ min: 1, max: 60 }).chain((length) => {
    const bytes = encoder.encode(`${"x".repeat(length)}\n`);
    return fc.tuple(fc.constant(length), cuts(bytes));
  });
  await fc.assert(fc.asyncProperty(cut, async ([length, chunks]) => {
    assertEquals(await readAll(chunks, length), ["x".repeat(length)]);
    await assertRejects(() => readAll(chunks, length - 1), LineTooLongError);
  }));
});
