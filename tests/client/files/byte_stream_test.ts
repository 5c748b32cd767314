import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ByteSource, byteSource, byteStream } from "../../../client/files/byte_stream.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const bytes = (text: string): Bytes => new TextEncoder().encode(text);
const text = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

/** A stream that hands over its own memory, as one that was not made for bytes. */
function plain(...chunks: Bytes[]): ReadableStream<Bytes> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

async function readAll(source: ByteSource, size: number): Promise<string[]> {
  const found: string[] = [];
  for (let buffer = new Uint8Array(size);;) {
    const { done, value } = await source.read(buffer);
    if (done || value === undefined) return found;
    found.push(text(value));
    buffer = new Uint8Array(value.buffer);
  }
}

Deno.test("byteSource() reads into the memory of its reader, through any number of streams", async () => {
  const inner = byteStream(byteSource(plain(bytes("ab"), bytes(""), bytes("cdefg"))));
  assertEquals(await readAll(byteSource(byteStream(byteSource(inner))), 4), ["ab", "cdef", "g"]);
});

Deno.test("byteSource() leaves the memory of a stream alone that gives its own", async () => {
  const own = bytes("own");
  assertEquals(await readAll(byteSource(plain(own)), 8), ["own"]);
  assertEquals(text(own), "own");
});

Deno.test("byteStream() serves readers without memory of their own, and asks only when they read", async () => {
  let asked = 0;
  const source = byteSource(plain(bytes("ab"), bytes("c")));
  const stream = byteStream({
    ...source,
    read: (view) => (asked++, source.read(view)),
  });
  const reader = stream.getReader();
  assertEquals(asked, 0);
  const chunks = [await reader.read(), await reader.read(), await reader.read()];
  assertEquals(chunks.map(({ done, value }) => done ? "done" : text(value)), ["ab", "c", "done"]);
  assertEquals(asked, 3);
});

Deno.test("byteStream() passes errors on, and the reason of a reader who leaves", async () => {
  const broken = byteStream({ read: () => Promise.reject(new Error("broken")), cancel: async () => {} });
  await assertRejects(() => byteSource(broken).read(new Uint8Array(4)), Error, "broken");
  let reason: unknown;
  const left = byteStream({
    read: (view) => Promise.resolve({ done: false, value: view }),
    cancel(given) {
      reason = given;
      return Promise.resolve();
    },
  });
  const source = byteSource(byteStream(byteSource(left)));
  assert((await source.read(new Uint8Array(4))).value?.length === 4);
  await source.cancel("enough");
  assertEquals(reason, "enough");
});
