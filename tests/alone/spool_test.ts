import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { ArgumentError, StagingError } from "../../client/mod.ts";
import { spool } from "../../client/files/spool.ts";
import { FakeDugdale, openFakeClient } from "../../testing/mod.ts";
import { ID, openClient, Scripted } from "../client/scripted.ts";
import { StagingArea } from "../client/staging_server.ts";
import { setting } from "./environment.ts";

const CONTENT = crypto.getRandomValues(new Uint8Array(60_000));
const stream = (content: Uint8Array<ArrayBuffer> = CONTENT) => new Blob([content]).stream();

/** What a stream has left in the folder for temporary files. */
async function leftBehind(work: () => Promise<unknown>): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    using _tmpdir = setting("TMPDIR", folder);
    await work();
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("spool() keeps what a stream gives, for its owner alone, until it is removed", async () => {
  const left = await leftBehind(async () => {
    const { path, size, sha256, remove } = await spool(stream());
    assertEquals([size, sha256], [CONTENT.length, createHash("sha256").update(CONTENT).digest("hex")]);
    assertEquals(await Deno.readFile(path), CONTENT);
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    await remove();
  });
  assertEquals(left, []);
});

Deno.test("spool() refuses what was read before, and what gives no bytes", async () => {
  const read = stream();
  await read.pipeTo(new WritableStream());
  const locked = stream();
  const reader = locked.getReader();
  const left = await leftBehind(async () => {
    for (const source of [read, locked, ReadableStream.from(["text"]) as never]) {
      await assertRejects(() => spool(source), ArgumentError);
    }
  });
  assertEquals(left, []);
  await reader.cancel();
});

Deno.test("spool() leaves nothing behind of a stream that breaks off", async () => {
  const left = await leftBehind(async () => {
    const breaking = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(CONTENT);
        controller.error(new Error("the source is gone"));
      },
    });
    const error = await assertRejects(() => spool(breaking), StagingError, "the source is gone");
    assertEquals(error.code, "file_unreadable");
  });
  assertEquals(left, []);
});

Deno.test("spool() ends with the signal's reason, and releases the stream", async () => {
  const abort = new AbortController();
  const { promise: cancelled, resolve } = Promise.withResolvers<unknown>();
  const endless = new ReadableStream<Uint8Array>({ pull: () => abort.abort("enough"), cancel: resolve });
  const left = await leftBehind(async () => {
    const caught = await spool(endless, abort.signal).catch((error: unknown) => error);
    assertEquals([caught, await cancelled], ["enough", "enough"]);
  });
  assertEquals(left, []);
});

Deno.test("LettsClient sends a stream with its length, and again when it must", async () => {
  const area = new StagingArea();
  let failures = 2;
  await using server = new Scripted((request) => {
    if (request.method === "PUT" && failures-- > 0) return new Response(null, { status: 500 });
    const id = request.headers.get("Idempotency-Key");
    return area.answer(request) ?? Response.json({ mission_id: id, exec_id: id, status: "queued" });
  });
  await using client = await openClient([server]);
  const left = await leftBehind(async () => {
    await client.dispatch({ route: "r" }, { mission: "m", files: { in: stream() } });
    await client.upload("s1", stream());
    await using _handle = await client.exec({ route: "r" }, {
      command: ["cat"],
      stdin: stream(),
      execId: ID,
    });
  });
  assertEquals(left, []);
  const puts = server.seen.filter(({ method }) => method === "PUT");
  assertEquals(puts.map(({ headers }) => headers.get("Content-Length")), Array(5).fill("60000"));
});

Deno.test("runOnAll() sends one stream to every dugdale", async () => {
  const dugdale = () => new FakeDugdale().on("count", ({ file }) => ({ bytes: file("in").length }));
  await using client = await openFakeClient({ s1: dugdale(), s2: dugdale() });
  const left = await leftBehind(async () => {
    const outcomes = await client.runOnAll({ lane: "normal" }, { mission: "count", files: { in: stream() } });
    const returned = outcomes.map((outcome) => outcome.ok && outcome.result.return);
    assertEquals(returned, [{ bytes: CONTENT.length }, { bytes: CONTENT.length }]);
  });
  assertEquals(left, []);
});
