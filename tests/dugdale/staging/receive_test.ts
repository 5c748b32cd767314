import { assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { Area, bytes, sha256 } from "./area.ts";
import { RawPut } from "./raw_put.ts";

const data = bytes(3_000_000);
const digest = sha256(data);
const headers = { "X-Letts-Sha256": digest, "Content-Length": String(data.length) };

Deno.test("An upload in parts asks for the next one until it is whole", async () => {
  await using area = new Area();
  const first = await area.put(data, { range: [0, 1_000_000] });
  assertEquals([first.status, first.body.error], [400, "incomplete_upload"]);
  assertEquals(first.body.details, { bytes_received: 1_000_000 });
  const second = await area.put(data, { id: first.id, range: [1_000_000, 2_999_999] });
  assertEquals(second.body.details, { bytes_received: 2_999_999 });
  assertEquals((await area.put(data, { id: first.id, range: [2_999_999, 3_000_000] })).status, 201);
  assertEquals(Deno.readFileSync(area.dataDir.staging(first.id)), data);
});

Deno.test("A part that does not go on where the last one ended is refused with the right place", async () => {
  await using area = new Area();
  const { id } = await area.put(data, { range: [0, 1000] });
  for (const range of [[0, 1000], [999, 2000], [1001, 2000], undefined] as const) {
    const { status, body } = await area.put(data, { id, ...(range && { range }) });
    assertEquals([status, body.error, body.details], [416, "range_not_satisfiable", {
      bytes_received: 1000,
    }]);
  }
  assertEquals(area.store.staging.find(id)?.bytes_received, 1000);
});

Deno.test("A resumed upload is verified with what is on disk", async () => {
  await using area = new Area();
  const { id } = await area.put(data, { range: [0, 1_500_000] });
  using file = Deno.openSync(area.dataDir.staging(id), { write: true });
  file.writeSync(new Uint8Array([255]));
  const { status, body } = await area.put(data, { id, range: [1_500_000, 3_000_000] });
  assertEquals([status, body.error], [409, "content_mismatch"]);
  assertEquals(area.store.staging.find(id)?.state, "deleting");
});

Deno.test("An upload whose sender vanishes keeps what has come and can go on", async () => {
  await using area = new Area();
  using cut = new RawPut(area, area.ids.staging(), headers);
  cut.write(data.subarray(0, 1_000_000));
  await cut.received(1_000_000);
  await cut.vanish();
  while (area.staging.uploads.isRunning(cut.id)) await new Promise(setImmediate);
  const { state, bytes_received } = area.store.staging.find(cut.id)!;
  assertEquals([state, bytes_received], ["uploading", 1_000_000]);
  assertEquals(Deno.statSync(area.dataDir.staging(cut.id)).size, 1_000_000);
  assertEquals((await area.put(data, { id: cut.id, range: [1_000_000, 3_000_000] })).status, 201);
});

Deno.test("A sender that closes its side too early gets io_error", async () => {
  await using area = new Area();
  using cut = new RawPut(area, area.ids.staging(), headers);
  cut.write(data.subarray(0, 1000));
  await cut.received(1000);
  const { status, body } = await cut.end();
  assertEquals([status, body.error], [500, "io_error"]);
  assertEquals(area.store.staging.find(cut.id)?.bytes_received, 1000);
});

Deno.test("A sender that closes its side right after the last byte is served", async () => {
  await using area = new Area();
  for (let round = 0; round < 20; round++) {
    using whole = new RawPut(area, area.ids.staging(), headers);
    whole.write(data);
    assertEquals((await whole.end()).status, 201);
    using part = new RawPut(area, area.ids.staging(), {
      ...headers,
      "Content-Length": "1000",
      "Content-Range": "bytes 0-999/3000000",
    });
    part.write(data.subarray(0, 1000));
    assertEquals((await part.end()).body.error, "incomplete_upload");
  }
});

Deno.test("An upload without a byte for upload_idle_timeout is given up", async () => {
  await using area = new Area({ limits: { uploadIdleTimeoutMs: 150 } });
  using idle = new RawPut(area, area.ids.staging(), headers);
  idle.write(data.subarray(0, 1000));
  const { status, body } = await idle.answer();
  assertEquals([status, body.error], [408, "upload_idle_timeout"]);
  assertEquals(area.store.staging.find(idle.id)?.state, "deleting");
  assertEquals([...Deno.readDirSync(dirname(area.dataDir.staging(idle.id)))], []);
});

Deno.test("A slow upload is not idle as long as bytes come", async () => {
  await using area = new Area({ limits: { uploadIdleTimeoutMs: 400 } });
  using slow = new RawPut(area, area.ids.staging(), headers);
  const sinceMs = area.clock.steadyMs();
  for (let sent = 0; sent < 3_000_000; sent += 500_000) {
    slow.write(data.subarray(sent, sent + 500_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals((await slow.end()).status, 201);
  assertEquals(area.clock.steadyMs() - sinceMs > 400, true);
});

Deno.test("Deleting a file ends its upload", async () => {
  await using area = new Area();
  using upload = new RawPut(area, area.ids.staging(), headers);
  upload.write(data.subarray(0, 1000));
  await upload.received(1000);
  assertEquals((await area.status("DELETE", `/${upload.id}`)).status, 202);
  const { status, body } = await upload.answer();
  assertEquals([status, body.error, body.details], [409, "conflict", { state: "deleting" }]);
});

Deno.test("Disposing of the area ends uploads with what has come on record", async () => {
  await using area = new Area();
  using upload = new RawPut(area, area.ids.staging(), headers);
  upload.write(data.subarray(0, 1000));
  await upload.received(1000);
  await area.staging[Symbol.asyncDispose]();
  const { status, body } = await upload.answer();
  assertEquals([status, body.error], [503, "draining"]);
  assertEquals(area.store.staging.find(upload.id)?.bytes_received, 1000);
});

Deno.test("The database learns of a long upload on the way", async () => {
  await using area = new Area();
  using upload = new RawPut(area, area.ids.staging(), headers);
  upload.write(data.subarray(0, 1000));
  await upload.received(1000);
  const before = area.store.staging.find(upload.id)!;
  area.clock.aheadMs = 1000;
  for (let sent = 1000; area.store.staging.find(upload.id)!.bytes_received === 0; sent += 1000) {
    upload.write(data.subarray(sent, sent + 1000));
    await upload.received(sent + 1000);
  }
  const { time_expires, time_updated } = area.store.staging.find(upload.id)!;
  assertEquals(time_expires, time_updated + 3_600_000);
  assertEquals(time_expires! > before.time_expires!, true, "an upload lives on while it goes on");
});
