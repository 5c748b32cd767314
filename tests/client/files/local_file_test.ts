import { assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, StagingError } from "../../../client/mod.ts";
import { type Chunks, openLocalFile, toPath } from "../../../client/files/local_file.ts";

async function read(chunks: Chunks): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

Deno.test({
  name: "openLocalFile() reads a file of /proc, which has no size, whole",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using file = await openLocalFile("/proc/version");
    assertEquals(file.size, (await Deno.readFile("/proc/version")).length);
    assertEquals([file.size > 0, await read(file.chunks(0))], [true, file.size]);
  },
});

Deno.test("openLocalFile() reads any source from any offset", async () => {
  const content = new Uint8Array(600_000).fill(7);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, content);
    const digests = new Set<string>();
    for (const source of [path, new URL(`file://${path}`), content, new Blob([content])]) {
      const file = await openLocalFile(source);
      digests.add(file.sha256);
      assertEquals([file.size, await read(file.chunks(0)), await read(file.chunks(599_990))], [
        600_000,
        600_000,
        10,
      ]);
    }
    assertEquals(digests.size, 1);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("LocalFile.chunks() stops at the size that was announced, and reports a file that became shorter", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(100));
    const file = await openLocalFile(path);
    await Deno.writeFile(path, new Uint8Array(200));
    assertEquals(await read(file.chunks(0)), 100);
    await Deno.truncate(path, 50);
    const error = await assertRejects(() => read(file.chunks(0)), StagingError);
    assertEquals(error.code, "file_unreadable");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("toPath() takes paths and file URLs", async () => {
  assertEquals([toPath("a b"), toPath(new URL("file:///a%20b"))], ["a b", "/a b"]);
  await assertRejects(() => openLocalFile(new URL("https://x/")), ArgumentError);
});
