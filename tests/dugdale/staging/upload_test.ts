import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Area, bytes, sha256 } from "./area.ts";
import { RawPut } from "./raw_put.ts";

const data = bytes(1000);
const digest = sha256(data);

Deno.test("PUT stores a file and makes it complete", async () => {
  await using area = new Area();
  const { id, status, headers, body } = await area.put(data);
  assertEquals([status, body], [201, { staging_id: id, sha256: digest, size: 1000, ttl_seconds: 3600 }]);
  assertEquals(headers.get("content-type"), "application/json; charset=utf-8");
  const row = area.store.staging.find(id)!;
  assertEquals([row.state, row.bytes_received, row.size], ["complete", 1000, 1000]);
  assertEquals(row.time_expires, row.time_updated + 3_600_000);
  const path = area.dataDir.staging(id);
  assertEquals(Deno.readFileSync(path), data);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
});

Deno.test("PUT stores a file without a byte", async () => {
  await using area = new Area();
  const { id, status, body } = await area.put(bytes(0));
  assertEquals([status, body.size], [201, 0]);
  assertEquals(area.store.staging.find(id)?.state, "complete");
  assertEquals((await area.status("GET", `/${id}`)).headers.get("content-length"), "0");
});

Deno.test("PUT accepts a digest in upper case", async () => {
  await using area = new Area();
  assertEquals((await area.put(data, { sha256: digest.toUpperCase() })).body.sha256, digest);
});

Deno.test("PUT refuses an encoded body", async () => {
  await using area = new Area();
  const { status, body } = await area.put(data, { headers: { "Content-Encoding": "gzip" } });
  assertEquals([status, body.error, body.details], [415, "unsupported_media_type", {
    content_encoding: "gzip",
  }]);
  assertEquals((await area.put(data, { headers: { "Content-Encoding": "identity" } })).status, 201);
});

Deno.test("PUT refuses ids and digests of another shape", async () => {
  await using area = new Area();
  const headers = { "X-Letts-Sha256": digest };
  for (const id of ["x", "0190B1B2-0000-7000-8000-000000000000", "0190b1b2-0000-4000-8000-000000000000"]) {
    const response = await area.request("PUT", `/${id}`, headers, data);
    assertEquals([response.status, (await response.json()).error], [400, "bad_request"], id);
  }
  for (const wrong of ["", "abc", `${digest}0`, "g".repeat(64)]) {
    const { status, body } = await area.put(data, { sha256: wrong });
    assertEquals([status, body.error], [400, "bad_request"], wrong);
  }
});

Deno.test("PUT refuses a Content-Range that names no part of a file of known size", async () => {
  await using area = new Area();
  const wrong = [
    "0-999/1000",
    "bytes 0-999/*",
    "bytes */1000",
    "bytes 5-4/1000",
    "bytes 0-1000/1000",
    "bytes -1-9/10",
  ];
  for (const range of [...wrong, "bytes 0-0/0", "bytes 0-9/99999999999999999999", "bytes a-b/c"]) {
    const { status, body } = await area.put(data, { headers: { "Content-Range": range } });
    assertEquals([status, body.error], [400, "bad_request"], range);
  }
});

Deno.test("PUT refuses a Content-Range that disagrees with Content-Length", async () => {
  await using area = new Area();
  const { status, body } = await area.put(data, { headers: { "Content-Range": "bytes 0-499/1000" } });
  assertEquals([status, body.error], [400, "bad_request"]);
});

Deno.test("PUT refuses a chunked body unless Content-Range reports the size", async () => {
  await using area = new Area();
  const headers = { "X-Letts-Sha256": digest, "Transfer-Encoding": "chunked" };
  using blind = new RawPut(area, area.ids.staging(), headers);
  blind.write("3e8\r\n");
  blind.write(data);
  blind.write("\r\n0\r\n\r\n");
  const refused = await blind.end();
  assertEquals([refused.status, refused.body.error], [400, "bad_request"]);
  using told = new RawPut(area, area.ids.staging(), { ...headers, "Content-Range": "bytes 0-999/1000" });
  told.write("3e8\r\n");
  told.write(data);
  told.write("\r\n5\r\nextra\r\n0\r\n\r\n");
  assertEquals((await told.end()).status, 201);
  assertEquals(Deno.readFileSync(area.dataDir.staging(told.id)), data, "bytes beyond the total are dropped");
});

Deno.test("PUT refuses files beyond max_staging_upload_size and max_data_dir_size", async () => {
  await using small = new Area({ limits: { maxStagingUploadBytes: 999 } });
  const large = await small.put(data);
  assertEquals([large.status, large.body.error], [413, "payload_too_large"]);
  await using tiny = new Area({ limits: { maxDataDirBytes: 999 } });
  const full = await tiny.put(data);
  assertEquals([full.status, full.body.error, full.headers.get("retry-after")], [
    503,
    "disk_quota_exceeded",
    "30",
  ]);
});

Deno.test("PUT refuses everything while the data directory holds more than the quota", async () => {
  await using area = new Area({ limits: { maxDataDirBytes: 5_000_000 } });
  area.usage.add(5_000_000);
  assertEquals((await area.put(data)).status, 201, "as much as the quota is not more");
  const { status, body, headers } = await area.put(data);
  assertEquals([status, body.error, headers.get("retry-after")], [503, "disk_quota_exceeded", "30"]);
});

Deno.test("PUT gives an upload up when it fills the data directory", async () => {
  const quota = 20 * 1024 * 1024;
  await using area = new Area({ limits: { maxDataDirBytes: quota } });
  area.usage.add(6 * 1024 * 1024);
  const { id, status, body, headers } = await area.put(bytes(17 * 1024 * 1024));
  assertEquals([status, body.error, body.details], [503, "disk_quota_exceeded", {
    max_data_dir_size: quota,
  }]);
  assertEquals(headers.get("retry-after"), null);
  assertEquals(area.store.staging.find(id)?.state, "deleting");
  assert(!exists(area.dataDir.staging(id)));
});

Deno.test("PUT refuses a second upload of the same id meanwhile", async () => {
  await using area = new Area();
  using first = new RawPut(area, area.ids.staging(), { "X-Letts-Sha256": digest, "Content-Length": "1000" });
  first.write(data.subarray(0, 10));
  await first.received(10);
  const { status, body } = await area.put(data, { id: first.id });
  assertEquals([status, body.error], [409, "upload_in_progress"]);
  first.write(data.subarray(10));
  assertEquals((await first.end()).status, 201);
});

Deno.test("PUT refuses other content under a known id, whatever its state", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  const part = await area.put(data, { range: [0, 10] });
  const details = { existing_sha256: digest, existing_size: 1000 };
  for (const known of [id, part.id]) {
    const longer = await area.put(bytes(1001), { id: known, sha256: digest });
    assertEquals([longer.status, longer.body.error, longer.body.details], [409, "content_mismatch", details]);
    const other = await area.put(data, { id: known, sha256: "0".repeat(64) });
    assertEquals([other.status, other.body.details], [409, details]);
  }
});

Deno.test("PUT of a complete file answers at once and keeps its expiry", async () => {
  await using area = new Area();
  const { id, body: first } = await area.put(data);
  const before = area.store.staging.find(id)!;
  area.clock.aheadMs = 60_000;
  using again = new RawPut(area, id, { "X-Letts-Sha256": digest, "Content-Length": "1000" });
  const { status, body, headers } = await again.answer();
  assertEquals(
    [status, body, headers.get("connection")],
    [200, first, "close"],
    "without a byte of the body",
  );
  assertEquals(area.store.staging.find(id), before);
});

Deno.test("PUT refuses a file that is being deleted", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  await area.store.write(() => area.store.staging.markDeleting(id, area.clock.wallMs()));
  const { status, body } = await area.put(data, { id });
  assertEquals([status, body.error, body.details], [409, "conflict", { state: "deleting" }]);
});

Deno.test("PUT cannot begin in the middle", async () => {
  await using area = new Area();
  const { id, status, body } = await area.put(data, { range: [10, 1000] });
  assertEquals([status, body.error], [416, "range_not_satisfiable"]);
  assertEquals(area.store.staging.find(id), undefined);
});

Deno.test("PUT refuses new uploads when too many are unfinished", async () => {
  await using area = new Area({ limits: { maxIncompleteStagingUploads: 1 } });
  const first = await area.put(data, { range: [0, 10] });
  const { status, body, headers } = await area.put(data);
  assertEquals([status, body.error, headers.get("retry-after")], [503, "incomplete_uploads_full", null]);
  assertEquals(
    (await area.put(data, { id: first.id, range: [10, 1000] })).status,
    201,
    "the unfinished one goes on",
  );
  assertEquals((await area.put(data)).status, 201);
});

Deno.test("PUT refuses new uploads when the unfinished ones hold too much", async () => {
  await using area = new Area({ limits: { maxIncompleteStagingBytes: 10 } });
  await area.put(data, { range: [0, 9] });
  const second = await area.put(data, { range: [0, 10] });
  assertEquals(second.body.error, "incomplete_upload", "nine bytes are below ten");
  const { status, body } = await area.put(data);
  assertEquals([status, body.error], [503, "incomplete_uploads_full"]);
});

Deno.test("PUT reports a disk that cannot be written, and can be resumed", async () => {
  await using area = new Area();
  const id = area.ids.staging();
  const path = area.dataDir.staging(id);
  Deno.symlinkSync("/dev/full", path);
  const { status, body } = await area.put(data, { id });
  assertEquals([status, body.error], [500, "io_error"]);
  const { state, bytes_received } = area.store.staging.find(id)!;
  assertEquals([state, bytes_received], ["uploading", 0]);
  Deno.removeSync(path);
  assertEquals((await area.put(data, { id })).status, 201);
});

Deno.test("PUT drops a file whose digest is not the declared one", async () => {
  await using area = new Area();
  const { id, status, body } = await area.put(data, { sha256: "0".repeat(64) });
  assertEquals([status, body.error, body.details], [409, "content_mismatch", undefined]);
  assertEquals(area.store.staging.find(id)?.state, "deleting");
  assert(!exists(area.dataDir.staging(id)));
});

Deno.test("PUT answers db_error when completion cannot be stored, and the upload can go on", async () => {
  await using area = new Area();
  const { staging } = area.store;
  const complete = staging.complete;
  staging.complete = () => {
    throw new Deno.errors.Busy("no");
  };
  const { id, status } = await area.put(data);
  assertEquals(status, 500);
  assertEquals(staging.find(id)?.bytes_received, 999, "a byte is given back, so that something is missing");
  staging.complete = complete;
  assertEquals((await area.put(data, { id, range: [999, 1000] })).status, 201);
});

Deno.test("PUT refuses new uploads while draining and lets begun ones go on", async () => {
  await using area = new Area();
  const { id } = await area.put(data, { range: [0, 10] });
  using running = new RawPut(area, area.ids.staging(), {
    "X-Letts-Sha256": digest,
    "Content-Length": "1000",
  });
  running.write(data.subarray(0, 10));
  await running.received(10);
  area.draining = true;
  const { status, body, headers } = await area.put(data);
  assertEquals([status, body.error, headers.get("retry-after")], [503, "draining", "30"]);
  assertEquals((await area.put(data, { id, range: [10, 1000] })).status, 201);
  running.write(data.subarray(10));
  assertEquals((await running.end()).status, 201);
});

Deno.test("PUT understands a staging TTL of 0 as an hour", async () => {
  await using area = new Area({ cleanup: { stagingTtlMs: 0 } });
  assertEquals((await area.put(data)).body.ttl_seconds, 3600);
});

Deno.test("PUT of a hundred files at once keeps them apart", async () => {
  await using area = new Area();
  const files = Array.from({ length: 100 }, (_, index) => bytes(50_000 + index));
  const answers = await Promise.all(files.map((file) => area.put(file)));
  for (const [index, { id, status }] of answers.entries()) {
    assertEquals(status, 201);
    assertEquals(Deno.readFileSync(area.dataDir.staging(id)), files[index]);
  }
  assertEquals([...Deno.readDirSync(join(area.dataDir.root, "tombstone"))], []);
});

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
