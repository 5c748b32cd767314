import { assert, assertEquals } from "@std/assert";
import { putFile } from "../../../client/http/put_file.ts";
import { collectGarbage } from "../garbage.ts";
import { RawServer, writeAll } from "../raw_server.ts";

const CHUNKS = 40_000;

Deno.test("putFile() keeps nothing of the chunks that it has sent", async () => {
  const { promise: sent, resolve: allSent } = Promise.withResolvers<void>();
  const { promise: measured, resolve: answer } = Promise.withResolvers<void>();
  await using server = new RawServer(async (conn) => {
    const draining = drain(conn);
    await measured;
    await writeAll(conn, new TextEncoder().encode("HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n"));
    await draining;
  });
  const chunk = new Uint8Array(1);
  async function* chunks() {
    for (let n = 0; n < CHUNKS; n++) yield chunk;
    allSent();
  }
  const url = new URL(`http://127.0.0.1:${server.port}/`);
  const request = { method: "PUT", url, headers: {}, signal: new AbortController().signal };
  collectGarbage();
  const before = Deno.memoryUsage().heapUsed;
  const answered = putFile(request, { offset: 0, size: CHUNKS, chunks }, () => {});
  await sent;
  collectGarbage();
  const keptPerChunk = (Deno.memoryUsage().heapUsed - before) / CHUNKS;
  answer();
  assertEquals((await answered).status, 201);
  assert(keptPerChunk < 50, `${keptPerChunk.toFixed(0)} bytes of heap a chunk`);
});

async function drain(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  while (await conn.read(buffer) !== null);
}
