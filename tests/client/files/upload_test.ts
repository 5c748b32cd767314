import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { ConflictError, type FileSource, NetworkError, StagingError } from "../../../client/mod.ts";
import { derivedStagingId } from "../../../client/files/derived_staging_id.ts";
import { parseMissionId } from "../../../protocol/names.ts";
import { type Handler, ID, openClient, problem, Scripted } from "../scripted.ts";
import { StagingArea } from "../staging_server.ts";

const CONTENT = crypto.getRandomValues(new Uint8Array(60_000));
const SHA = createHash("sha256").update(CONTENT).digest("hex");
const STAGING = derivedStagingId(parseMissionId(ID), "in", SHA);

/** Answers staging requests from the area and accepts dispatches. */
function serving(area: StagingArea): Handler {
  return (request) =>
    area.answer(request) ??
      Response.json({ mission_id: request.headers.get("Idempotency-Key"), status: "queued" }, {
        status: 202,
      });
}

function dispatchFile(client: Awaited<ReturnType<typeof openClient>>, source: FileSource) {
  return client.dispatch({ route: "r" }, { mission: "m", missionId: ID, files: { in: source } });
}

Deno.test("dispatch() uploads a file from a path, a URL, bytes or a Blob, with its length", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, CONTENT);
    for (const source of [path, new URL(`file://${path}`), CONTENT, new Blob([CONTENT])]) {
      const area = new StagingArea();
      await using server = new Scripted(serving(area));
      await using client = await openClient([server]);
      await dispatchFile(client, source);
      assertEquals(server.log, [
        `HEAD /v1/staging/${STAGING}`,
        `PUT /v1/staging/${STAGING}`,
        "POST /v1/dispatch",
      ]);
      const [, put, post] = server.seen;
      assertEquals(put?.headers.get("Content-Length"), String(CONTENT.length));
      assertEquals(put?.headers.get("Content-Range"), null);
      assertEquals(put?.headers.get("X-Letts-Sha256"), SHA);
      assertEquals(put?.headers.get("Authorization"), "Bearer d-token");
      assertEquals(area.files.get(STAGING)?.bytes, CONTENT);
      assertEquals(JSON.parse(post?.text ?? "").files, [{ role: "in", staging_id: STAGING }]);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("dispatch() made again with the same id and files sends no file and the same body", async () => {
  const area = new StagingArea();
  await using server = new Scripted(serving(area));
  await using client = await openClient([server]);
  await dispatchFile(client, CONTENT);
  await dispatchFile(client, new Blob([CONTENT]));
  assertEquals(server.log.filter((line) => line.startsWith("PUT")).length, 1);
  const posts = server.seen.filter(({ method }) => method === "POST");
  assertEquals(posts[0]?.text, posts[1]?.text);
});

Deno.test("dispatch() sends exactly the bytes that are missing", async () => {
  const area = new StagingArea();
  area.begin(STAGING, CONTENT, 41_000);
  await using server = new Scripted(serving(area));
  await using client = await openClient([server]);
  await dispatchFile(client, CONTENT);
  const put = server.seen[1];
  assertEquals(put?.headers.get("Content-Range"), "bytes 41000-59999/60000");
  assertEquals(put?.headers.get("Content-Length"), "19000");
  assertEquals(area.files.get(STAGING)?.bytes, CONTENT);
});

Deno.test("dispatch() asks for the received size before every try", async () => {
  for (
    const failure of [
      () => problem(500, "io_error"),
      () => problem(409, "upload_in_progress"),
      () => problem(416, "range_not_satisfiable", { details: { bytes_received: 1000 } }),
      () => problem(400, "incomplete_upload", { details: { bytes_received: 1000 } }),
    ]
  ) {
    const area = new StagingArea();
    let failures = 1;
    await using server = new Scripted((request, raw) => {
      if (request.method === "PUT" && failures-- > 0) {
        area.begin(STAGING, CONTENT, 1000);
        return failure();
      }
      return serving(area)(request, raw);
    });
    await using client = await openClient([server]);
    await dispatchFile(client, CONTENT);
    assertEquals(server.seen.map(({ method }) => method), ["HEAD", "PUT", "HEAD", "PUT", "POST"]);
    assertEquals(server.seen[3]?.headers.get("Content-Range"), "bytes 1000-59999/60000");
  }
});

Deno.test("dispatch() does not repeat an upload whose content is refused", async () => {
  await using server = new Scripted(({ method }) =>
    method === "HEAD" ? new Response(null, { status: 404 }) : problem(409, "content_mismatch")
  );
  await using client = await openClient([server]);
  const error = await assertRejects(() => dispatchFile(client, CONTENT), ConflictError);
  assertEquals([error.code, error.missionId, server.seen.length], ["content_mismatch", ID, 2]);
});

Deno.test("dispatch() refuses to go on with an upload of another content", async () => {
  const area = new StagingArea();
  area.begin(STAGING, new Uint8Array(60_000), 10);
  await using server = new Scripted(serving(area));
  await using client = await openClient([server]);
  const error = await assertRejects(() => dispatchFile(client, CONTENT), ConflictError);
  assertEquals([error.code, server.seen.length], ["content_mismatch", 1]);
});

Deno.test("dispatch() takes another staging id while the dugdale removes what it had under the first", async () => {
  const area = new StagingArea();
  area.begin(STAGING, CONTENT, 10);
  area.files.get(STAGING)!.state = "deleting";
  await using server = new Scripted(serving(area));
  await using client = await openClient([server]);
  await dispatchFile(client, CONTENT);
  const second = derivedStagingId(parseMissionId(ID), "in", SHA, 1);
  assertEquals(area.files.get(second)?.state, "complete");
});

Deno.test("dispatch() uploads an empty file", async () => {
  const area = new StagingArea();
  await using server = new Scripted(serving(area));
  await using client = await openClient([server]);
  await dispatchFile(client, new Uint8Array());
  assertEquals(server.seen[1]?.headers.get("Content-Length"), "0");
  assertEquals([...area.files.values()].map(({ size }) => size), [0]);
});

Deno.test("dispatch() sends nothing when a file cannot be read", async () => {
  await using server = new Scripted(() => problem(500, "internal"));
  await using client = await openClient([server]);
  for (const path of ["/no/such/file", "/tmp"]) {
    const error = await assertRejects(() => dispatchFile(client, path), StagingError);
    assertEquals([error.code, error.retryable], ["file_unreadable", false]);
    assert(error.message.includes(path));
  }
  assertEquals(server.seen, []);
});

Deno.test("dispatch() takes an early answer to a large upload", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.truncate(path, 64 * 1024 * 1024);
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ method }) => {
      return method === "HEAD" ? new Response(null, { status: 404 }) : problem(413, "payload_too_large");
    });
    try {
      await using client = await openClient([server.addr]);
      const error = await assertRejects(() => dispatchFile(client, path));
      assertEquals((error as { code?: unknown }).code, "payload_too_large");
    } finally {
      await server.shutdown();
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("dispatch() gives up an upload that the dugdale does not read", async () => {
  const path = await Deno.makeTempFile();
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const held: Deno.Conn[] = [];
  const serve = async () => {
    for await (const conn of listener) {
      held.push(conn);
      if (held.length === 1) {
        await conn.read(new Uint8Array(4096));
        await conn.write(new TextEncoder().encode("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
      }
    }
  };
  const serving = serve();
  try {
    await Deno.truncate(path, 64 * 1024 * 1024);
    await using client = await openClient([listener.addr as Deno.NetAddr], {
      requestTimeoutMs: 100,
      retry: { attempts: 1 },
    });
    const error = await assertRejects(() => dispatchFile(client, path), NetworkError);
    assertEquals([error.code, error.missionId], ["timeout", ID]);
  } finally {
    listener.close();
    await serving;
    for (const conn of held) conn.close();
    await Deno.remove(path);
  }
});

Deno.test("upload() sends a stream with its range where only fetch may be used", async () => {
  const area = new StagingArea();
  await using server = new Scripted(serving(area));
  await using client = await openClient([server], { fetch: (input, init) => fetch(input, init) });
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, CONTENT);
    const kept = await client.upload("s1", path);
    assertEquals([kept.sha256, kept.size], [SHA, CONTENT.length]);
    assertEquals(server.seen[1]?.headers.get("Content-Range"), "bytes 0-59999/60000");
    assertEquals(area.files.get(kept.staging_id)?.bytes, CONTENT);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("upload() sends every chunk of a large file as it is, on either way", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(new Uint32Array(500_000).map((_, index) => index).buffer));
    for (const options of [{}, { fetch: globalThis.fetch }]) {
      const area = new StagingArea(); // refuses a content with another digest
      await using server = new Scripted(serving(area));
      await using client = await openClient([server], options);
      const { size } = await client.upload("s1", path);
      assertEquals([size, server.log.length], [2_000_000, 2]);
    }
  } finally {
    await Deno.remove(path);
  }
});
