import { assert, assertEquals } from "@std/assert";
import { connect } from "node:net";
import type { StagingId } from "../../../protocol/names.ts";
import { Area, bytes, sha256 } from "./area.ts";

const data = bytes(300_000);

async function stored(area: Area): Promise<StagingId> {
  return (await area.put(data)).id;
}

function isOpen(path: string): boolean {
  return [...Deno.readDirSync("/proc/self/fd")].some(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      return false; // closed meanwhile, as the one that lists them is
    }
  });
}

Deno.test("GET hands a complete file out with its headers", async () => {
  await using area = new Area();
  const id = await stored(area);
  const response = await area.request("GET", `/${id}`);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/octet-stream");
  assertEquals(response.headers.get("x-letts-sha256"), sha256(data));
  assertEquals(response.headers.get("content-length"), "300000");
  assertEquals(response.headers.get("accept-ranges"), "bytes");
  assertEquals(response.headers.get("etag"), null);
  const { time_updated } = area.store.staging.find(id)!;
  assertEquals(response.headers.get("last-modified"), new Date(time_updated).toUTCString());
  assertEquals(new Uint8Array(await response.arrayBuffer()), data);
});

Deno.test("GET hands one range out", async () => {
  await using area = new Area();
  const id = await stored(area);
  const response = await area.request("GET", `/${id}`, { Range: "bytes=100000-299998" });
  assertEquals(response.status, 206);
  assertEquals(response.headers.get("content-range"), "bytes 100000-299998/300000");
  assertEquals(response.headers.get("content-length"), "199999");
  assertEquals(response.headers.get("content-type"), "application/octet-stream");
  assertEquals(new Uint8Array(await response.arrayBuffer()), data.subarray(100_000, 299_999));
});

Deno.test("GET hands several ranges out as parts", async () => {
  await using area = new Area();
  const id = await stored(area);
  const response = await area.request("GET", `/${id}`, { Range: "bytes=0-9,200000-200009" });
  assertEquals(response.status, 206);
  assertEquals(response.headers.get("content-range"), null);
  const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(response.headers.get("content-type")!)![1];
  const body = new Uint8Array(await response.arrayBuffer());
  assertEquals(response.headers.get("content-length"), String(body.length));
  const latin = (part: Uint8Array) => new TextDecoder("latin1").decode(part);
  const part = (range: string, start: number) =>
    `--${boundary}\r\nContent-Range: bytes ${range}/300000\r\nContent-Type: application/octet-stream\r\n\r\n` +
    `${latin(data.subarray(start, start + 10))}\r\n`;
  assertEquals(latin(body), `${part("0-9", 0)}${part("200000-200009", 200_000)}--${boundary}--\r\n`);
});

Deno.test("GET answers a range behind the end with 416 in plain text", async () => {
  await using area = new Area();
  const id = await stored(area);
  const response = await area.request("GET", `/${id}`, { Range: "bytes=300000-" });
  assertEquals(response.status, 416);
  assertEquals(response.headers.get("content-range"), "bytes */300000");
  assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(await response.text(), "invalid range: failed to overlap\n");
});

Deno.test("GET honours the caller's conditions", async () => {
  await using area = new Area();
  const id = await stored(area);
  const { time_updated } = area.store.staging.find(id)!;
  const same = new Date(time_updated).toUTCString();
  const earlier = new Date(time_updated - 1000).toUTCString();
  const cases: readonly [Record<string, string>, number][] = [
    [{ "If-Modified-Since": same }, 304],
    [{ "If-Modified-Since": earlier }, 200],
    [{ "If-Unmodified-Since": earlier }, 412],
    [{ "Range": "bytes=0-0", "If-Range": same }, 206],
    [{ "Range": "bytes=0-0", "If-Range": earlier }, 200],
  ];
  for (const [headers, status] of cases) {
    const response = await area.request("GET", `/${id}`, headers);
    assertEquals([response.status, response.headers.get("x-letts-sha256")], [status, sha256(data)]);
    const body = await response.arrayBuffer();
    if (status === 304 || status === 412) assertEquals(body.byteLength, 0);
  }
});

Deno.test("GET notes only a whole download, and only the first", async () => {
  await using area = new Area();
  const id = await stored(area);
  const noted = () => area.store.staging.find(id)!.downloaded_at;
  const same = new Date(area.store.staging.find(id)!.time_updated).toUTCString();
  for (const headers of [{ Range: "bytes=0-9" }, { Range: "bytes=300000-" }, { "If-Modified-Since": same }]) {
    await (await area.request("GET", `/${id}`, headers)).arrayBuffer();
  }
  assertEquals(noted(), null);
  const expires = area.store.staging.find(id)!.time_expires;
  await (await area.request("GET", `/${id}`)).body?.cancel();
  const first = noted();
  assert(first !== null, "also when the caller leaves in the middle");
  area.clock.aheadMs = 5000;
  await (await area.request("GET", `/${id}`)).arrayBuffer();
  assertEquals([noted(), area.store.staging.find(id)!.time_expires], [first, expires]);
});

Deno.test("GET refuses what cannot be handed out", async () => {
  await using area = new Area();
  const ask = async (id: string) => {
    const response = await area.request("GET", `/${id}`);
    const { error, details } = await response.json();
    return [response.status, error, details];
  };
  assertEquals(await ask("nonsense"), [400, "bad_request", undefined]);
  assertEquals(await ask(area.ids.staging()), [404, "not_found", undefined]);
  const { id: part } = await area.put(data, { range: [0, 10] });
  assertEquals(await ask(part), [409, "staging_uploading", { bytes_received: 10, total_size: 300_000 }]);
  const id = await stored(area);
  Deno.removeSync(area.dataDir.staging(id));
  assertEquals(await ask(id), [410, "gone", undefined]);
  Deno.symlinkSync(area.dataDir.staging(id), area.dataDir.staging(id));
  assertEquals(await ask(id), [500, "io_error", undefined], "a link to itself cannot be opened");
  await area.store.write(() => area.store.staging.markDeleting(id, 1));
  assertEquals(await ask(id), [410, "deleting", undefined]);
});

Deno.test("GET finds a file that has just been moved to the tombstones", async () => {
  await using area = new Area();
  const id = await stored(area);
  Deno.renameSync(area.dataDir.staging(id), area.dataDir.tombstone(id));
  const response = await area.request("GET", `/${id}`);
  assertEquals(new Uint8Array(await response.arrayBuffer()), data);
});

Deno.test("A download is read at the pace of its reader, and closed when the reader leaves", async () => {
  await using area = new Area();
  const size = 50_000_000;
  const { id } = await area.put(new Uint8Array(size));
  const path = Deno.realPathSync(area.dataDir.staging(id));
  let reads = 0;
  const run = area.slots.run.bind(area.slots);
  area.slots.run = (work) => {
    reads++;
    return run(work);
  };
  const socket = connect(area.port, "127.0.0.1", () => {
    socket.write(`GET /v1/staging/${id} HTTP/1.1\r\nHost: dugdale\r\n\r\n`);
  });
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  for (let last = -1; last !== reads; await new Promise((resolve) => setTimeout(resolve, 100))) last = reads;
  assert(reads < size / 131_072 / 2, `${reads} reads although the bytes are not taken`);
  assert(isOpen(path));
  socket.destroy();
  while (isOpen(path)) await new Promise(setImmediate);
});

Deno.test("HEAD reports size and digest of a complete file", async () => {
  await using area = new Area();
  const id = await stored(area);
  const { status, headers } = await area.request("HEAD", `/${id}`);
  assertEquals([status, headers.get("content-length"), headers.get("x-letts-sha256")], [
    200,
    "300000",
    sha256(data),
  ]);
  assertEquals(headers.get("x-letts-upload-status"), "complete");
});

Deno.test("HEAD reports how far an upload is", async () => {
  await using area = new Area();
  const { id } = await area.put(data, { range: [0, 1234] });
  const { status, headers } = await area.request("HEAD", `/${id}`);
  assertEquals([status, headers.get("x-letts-upload-status")], [200, "incomplete"]);
  assertEquals([headers.get("x-letts-bytes-received"), headers.get("x-letts-total-size")], [
    "1234",
    "300000",
  ]);
  assertEquals(headers.get("x-letts-sha256"), sha256(data));
});

Deno.test("HEAD reports a file that is being deleted, and nothing of others", async () => {
  await using area = new Area();
  const id = await stored(area);
  await area.store.write(() => area.store.staging.markDeleting(id, 1));
  const { status, headers } = await area.request("HEAD", `/${id}`);
  assertEquals([status, headers.get("x-letts-upload-status")], [200, "deleting"]);
  assertEquals((await area.request("HEAD", "/nonsense")).status, 400);
  assertEquals((await area.request("HEAD", `/${area.ids.staging()}`)).status, 404);
});
