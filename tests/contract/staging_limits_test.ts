import { assert, assertEquals } from "@std/assert";
import { pause } from "./daemon.ts";
import { saying, told } from "./shell_missions.ts";
import { type Reply, sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, ownTest, sharedDugdale } from "./harness.ts";
import { connect, requestText, writeAll } from "./raw_http.ts";

const MOST = 10_000, UPLOADS = 3, IDLE_MS = 300, QUOTA = 64 * 1024, MIB = 1024 * 1024;
const small = sharedDugdale({
  settings: {
    limits: {
      max_staging_upload_size: MOST,
      max_incomplete_staging_uploads: UPLOADS,
      upload_idle_timeout: `${IDLE_MS}ms`,
    },
  },
});
const bytes = sharedDugdale({ settings: { limits: { max_incomplete_staging_bytes: 10 } } });
const full = sharedDugdale({ settings: { limits: { max_data_dir_size: QUOTA } } });
const filling = sharedDugdale({ settings: { limits: { max_data_dir_size: 20 * MIB } } });

async function begin(to: typeof small, total = 100, id: string = newId()): Promise<Reply> {
  return await to.call("PUT", `/v1/staging/${id}`, {
    headers: { "x-letts-sha256": "0".repeat(64), "content-range": `bytes 0-9/${total}` },
    body: "0123456789",
  });
}

ownTest("a file above the limit is refused by its announced size", async () => {
  assertProblem(await begin(small, MOST + 1), 413, "payload_too_large");
  await small.stage(new Uint8Array(MOST));
  const url = `/v1/staging/by-content/${"0".repeat(64)}?size=${MOST + 1}`;
  assertProblem(await small.get(url), 400, "bad_request", { size: MOST + 1, max: MOST });
});

ownTest("unfinished uploads are limited in number", async () => {
  const ids = Array.from({ length: UPLOADS }, () => newId());
  for (const id of ids) assertEquals((await begin(small, 100, id)).body.error, "incomplete_upload");
  const refused = await begin(small);
  assertProblem(refused, 503, "incomplete_uploads_full");
  assertEquals(refused.headers.get("retry-after"), null);
  for (const id of ids) await small.call("DELETE", `/v1/staging/${id}`);
  await small.stage("there is room again");
});

ownTest("unfinished uploads are limited in bytes", async () => {
  assertEquals((await begin(bytes)).body.error, "incomplete_upload");
  assertProblem(await begin(bytes), 503, "incomplete_uploads_full");
});

ownTest("a file larger than the free space is refused", async () => {
  const reply = await begin(full, 1024 ** 4);
  assertProblem(reply, 503, "disk_quota_exceeded");
  assertEquals(reply.headers.get("retry-after"), "30");
});

ownTest(
  "dispatch and upload are refused while the data directory is above its size",
  async () => {
    // The database alone is larger than that.
    const refusals = [
      () => full.dispatch({ mission: "silent.sh" }),
      () =>
        full.post("/v1/exec/dispatch", { lane: "fast", command: ["true"] }, {
          headers: { "idempotency-key": newId() },
        }),
      () => begin(full),
    ];
    for (const send of refusals) {
      let reply: Reply;
      // It is measured at the start and then now and again.
      while ((reply = await send()).status !== 503) await pause(20);
      assertProblem(reply, 503, "disk_quota_exceeded");
      assertEquals(reply.headers.get("retry-after"), "30");
    }
    assertEquals((await full.dispatch({ id: "x" })).body.error, "disk_quota_exceeded");
    assertEquals((await full.get("/v1/readyz")).status, 200);
  },
);

ownTest("uploads and collected outputs fail when the data directory fills up", async () => {
  const first = await filling.stage(new Uint8Array(12 * MIB));
  const gate = await Deno.makeTempFile({ prefix: "letts-contract-gate-" });
  await Deno.remove(gate);
  const commands = `echo x > out/a; ${
    saying({ event: "output_file", key: "a" })
  } until [ -e ${gate} ]; do sleep 0.02; done`;
  const mission = await filling.queue("obeys.sh", { input: told(commands) });
  await filling.event(mission, "running");

  const id = newId(), content = new Uint8Array(19 * MIB);
  const headers = { "x-letts-sha256": await sha256(content) };
  const refused = await filling.call("PUT", `/v1/staging/${id}`, { headers, body: content });
  assertProblem(refused, 503, "disk_quota_exceeded", { max_data_dir_size: 20 * MIB });
  assertEquals(refused.headers.get("retry-after"), null);
  assertProblem(await filling.get(`/v1/staging/${id}`), 410, "deleting");

  const second = await filling.call("PUT", `/v1/staging/${newId()}`, {
    headers: { "x-letts-sha256": await sha256(content.subarray(0, 9 * MIB)) },
    body: content.subarray(0, 9 * MIB),
  });
  assert(second.status === 201 || second.body.error === "disk_quota_exceeded", second.text);
  await Deno.writeTextFile(gate, "");
  const record = await filling.done(mission);
  assertEquals([record.outcome, record.fail_reason, record.outputs], ["failed", "disk_quota_exceeded", {}]);
  assert(String(record.fail_message).includes(String(20 * MIB)), String(record.fail_message));
  assertEquals((await filling.get(`/v1/staging/${first}`)).status, 200);
  await Deno.remove(gate);
});

ownTest("an upload without data for too long is ended", async () => {
  const id = newId(), content = "x".repeat(100);
  using connection = await connect(small.url);
  const head = requestText("PUT", `/v1/staging/${id}`, {
    authorization: `Bearer ${small.tokens.admin}`,
    "x-letts-sha256": await sha256(content),
    "content-length": "100",
  });
  await writeAll(connection, new TextEncoder().encode(head + "x".repeat(40)));
  const sinceMs = performance.now();
  const buffer = new Uint8Array(4096);
  const text = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  assert(text.startsWith("HTTP/1.1 408 ") && text.includes("upload_idle_timeout"), text);
  assert(performance.now() - sinceMs >= IDLE_MS - 20);
  assertProblem(await small.get(`/v1/staging/${id}`), 410, "deleting");
});
