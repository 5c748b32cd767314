import { assertEquals } from "@std/assert";
import { cutAt, cutMark, withoutCutMark } from "../../protocol/cut_mark.ts";

const encode = (text: string) => new TextEncoder().encode(text);

async function read(text: string, sizes: number): Promise<{ chunks: string[]; cut: number | undefined }> {
  let cut: number | undefined;
  const bytes = encode(text);
  const parts = Array.from(
    { length: Math.ceil(bytes.length / sizes) },
    (_, index) => bytes.slice(index * sizes, (index + 1) * sizes),
  );
  const body = ReadableStream.from(parts);
  const chunks: string[] = [];
  for await (const chunk of withoutCutMark(body, (limit) => cut = limit)) {
    chunks.push(new TextDecoder().decode(chunk));
  }
  return { chunks, cut };
}

Deno.test("withoutCutMark() takes the mark away wherever it is torn, and reports its limit", async () => {
  for (const data of ["", "data", "data\n", "[\n[---"]) {
    for (const size of [2, 3, 7, 30, 200]) {
      const { chunks, cut } = await read(data + cutMark(16_777_216), size);
      // A newline at the end of a chunk is not held back, so that one may be left.
      assertEquals([chunks.join("").replace(`${data}\n`, data), cut], [data, 16_777_216], `${size}`);
    }
  }
});

Deno.test("withoutCutMark() leaves everything else as it is", async () => {
  for (
    const text of [
      "",
      "a\n",
      `${cutMark(5)}more`,
      cutMark(5).slice(0, -1),
      "\n[",
      "\n[--- truncated, exceeded x",
    ]
  ) {
    for (const size of [1, 4, 200]) {
      const { chunks, cut } = await read(text, size);
      assertEquals([chunks.join(""), cut], [text, undefined], JSON.stringify(text));
    }
  }
});

Deno.test("withoutCutMark() holds no newline back", async () => {
  assertEquals((await read("a\nb\n", 2)).chunks, ["a\n", "b\n"]);
});

Deno.test("cutAt() finds a mark only at the end", () => {
  assertEquals(cutAt(`a${cutMark(5)}`), 5);
  assertEquals(cutAt(`${cutMark(5)}a`), undefined);
});
