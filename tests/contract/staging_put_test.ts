import { assert, assertEquals, assertMatch } from "@std/assert";
import { pause } from "./daemon.ts";
import { type Fields, type Reply, sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, daemonTest, ownTest, sharedDugdale } from "./harness.ts";
import { connect, rawRequest, requestText, writeAll } from "./raw_http.ts";

const dugdale = sharedDugdale();
const CONTENT = "0123456789".repeat(10);
const DIGEST = await sha256(CONTENT);

/** How a part of the content is sent. */
interface Part {
  readonly id?: string;
  readonly body?: BodyInit;
  readonly digest?: string;
  readonly range?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function put(
  { id = newId(), body = CONTENT, digest = DIGEST, range, headers }: Part = {},
): Promise<Reply> {
  return await dugdale.call("PUT", `/v1/staging/${id}`, {
    as: "dispatch",
    headers: {
      "x-letts-sha256": digest,
      ...(range === undefined ? {} : { "content-range": range }),
      ...headers,
    },
    body,
  });
}

/** Sends the bytes from `start` to `end`, exclusive, of the content. */
function putPart(id: string, start: number, end: number): Promise<Reply> {
  return put({ id, body: CONTENT.slice(start, end), range: `bytes ${start}-${end - 1}/${CONTENT.length}` });
}

async function head(id: string): Promise<Record<string, string | null>> {
  const { headers, status } = await dugdale.call("HEAD", `/v1/staging/${id}`, { as: "exec" });
  const names = ["x-letts-upload-status", "x-letts-bytes-received", "x-letts-total-size", "x-letts-sha256"];
  return { status: String(status), ...Object.fromEntries(names.map((name) => [name, headers.get(name)])) };
}

Deno.test("PUT takes a file in one request", async () => {
  const id = newId();
  const reply = await put({ id });
  const { ttl_seconds, ...rest } = reply.body;
  assertEquals([reply.status, rest], [201, { staging_id: id, sha256: DIGEST, size: 100 }]);
  assert(Number.isInteger(ttl_seconds) && Number(ttl_seconds) > 0);
  const { status, headers } = await dugdale.call("HEAD", `/v1/staging/${id}`);
  assertEquals(
    [
      status,
      headers.get("x-letts-upload-status"),
      headers.get("content-length"),
      headers.get("x-letts-sha256"),
    ],
    [200, "complete", "100", DIGEST],
  );
});

Deno.test("a file that is complete is not sent again", async () => {
  const id = newId();
  await put({ id });
  const again = await put({ id, digest: DIGEST.toUpperCase() });
  assertEquals([again.status, again.body.staging_id, again.body.size], [200, id, 100]);
  const part = await putPart(id, 50, 100);
  assertEquals(part.status, 200);
});

daemonTest("the answer for a complete file comes before the body and closes the connection", async () => {
  const id = newId(), content = new Uint8Array(64 * 1024 * 1024), digest = await sha256(content);
  await dugdale.stage(content, id);
  using connection = await connect(dugdale.url);
  const text = requestText("PUT", `/v1/staging/${id}`, {
    connection: "keep-alive",
    authorization: `Bearer ${dugdale.tokens.dispatch}`,
    "x-letts-sha256": digest,
    "content-length": String(content.length),
  });
  await writeAll(connection, new TextEncoder().encode(text));
  const buffer = new Uint8Array(4096);
  const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  assertMatch(answer, /^HTTP\/1\.1 200 /);
  assertMatch(answer, /\r\nconnection: close\r\n/i);
});

Deno.test("PUT refuses an encoded body", async () => {
  for (const encoding of ["gzip", "br", "identity, gzip"]) {
    const reply = await put({ headers: { "content-encoding": encoding } });
    assertProblem(reply, 415, "unsupported_media_type", { content_encoding: encoding });
  }
  assertEquals((await put({ headers: { "content-encoding": "identity" } })).status, 201);
});

Deno.test("PUT refuses an invalid id or digest", async () => {
  for (const id of ["x", newId().toUpperCase()]) assertProblem(await put({ id }), 400, "bad_request");
  for (const digest of ["", "x", DIGEST.slice(1), `${DIGEST}0`, DIGEST.replace(/^./, "g")]) {
    assertProblem(await put({ digest }), 400, "bad_request");
  }
});

Deno.test("a range must name start, end and total", async () => {
  const ranges = [
    "bytes",
    "0-99/100",
    "bytes 0-99",
    "bytes 0-99/*",
    "bytes */100",
    "bytes 99-0/100",
    "bytes 0-100/100",
    "bytes -1-99/100",
    "bytes 0-0/0",
    "bytes 0 - 99/100",
    "Bytes 0-99/100",
    "bytes 0-99/99999999999999999999",
    "bytes 0x0-99/100",
  ];
  for (const range of ranges) assertProblem(await put({ range }), 400, "bad_request");
});

Deno.test("PUT needs a length from one of two headers", async () => {
  const stream = () => ReadableStream.from([new TextEncoder().encode(CONTENT)]);
  assertProblem(await put({ body: stream() }), 400, "bad_request");
  assertEquals((await put({ body: stream(), range: "bytes 0-99/100" })).status, 201);
});

Deno.test("an empty file can be staged, used and fetched", async () => {
  const id = newId(), digest = await sha256("");
  const reply = await rawRequest(
    dugdale.url,
    requestText("PUT", `/v1/staging/${id}`, {
      authorization: `Bearer ${dugdale.tokens.dispatch}`,
      "x-letts-sha256": digest,
      "content-length": "0",
    }),
  );
  assertEquals([reply.status, JSON.parse(reply.body).size], [201, 0]);
  const { status, text } = await dugdale.get(`/v1/staging/${id}`);
  assertEquals([status, text], [200, ""]);
  const record = await dugdale.run("silent.sh", { files: [{ role: "empty", staging_id: id }] });
  assertEquals((record.inputs as Fields[])[0]?.size, 0);
});

Deno.test("range and length must agree", async () => {
  assertProblem(await put({ range: "bytes 0-98/100" }), 400, "bad_request");
  assertProblem(await put({ range: "bytes 10-99/100" }), 400, "bad_request");
});

Deno.test("PUT takes a file in parts and answers each with the bytes received", async () => {
  const id = newId();
  for (const [start, end] of [[0, 30], [30, 31], [31, 99]] as const) {
    assertProblem(await putPart(id, start, end), 400, "incomplete_upload", { bytes_received: end });
    assertEquals(await head(id), {
      status: "200",
      "x-letts-upload-status": "incomplete",
      "x-letts-bytes-received": String(end),
      "x-letts-total-size": "100",
      "x-letts-sha256": DIGEST,
    });
  }
  for (const [start, end] of [[0, 100], [0, 50], [98, 100], [100, 100]] as const) {
    if (start === end) continue;
    assertProblem(await putPart(id, start, end), 416, "range_not_satisfiable", { bytes_received: 99 });
  }
  assertProblem(await put({ id }), 416, "range_not_satisfiable", { bytes_received: 99 });
  assertEquals((await putPart(id, 99, 100)).status, 201);
  assertEquals((await dugdale.get(`/v1/staging/${id}`)).text, CONTENT);
});

Deno.test("the same id with other content is a conflict, in every state", async () => {
  const details = { existing_sha256: DIGEST, existing_size: 100 };
  const complete = newId(), half = newId();
  await put({ id: complete });
  await putPart(half, 0, 50);
  for (const id of [complete, half]) {
    assertProblem(await put({ id, digest: "0".repeat(64) }), 409, "content_mismatch", details);
    assertProblem(await put({ id, body: `${CONTENT}x` }), 409, "content_mismatch", details);
  }
});

Deno.test("a new file cannot begin in the middle", async () => {
  assertProblem(await putPart(newId(), 10, 20), 416, "range_not_satisfiable");
});

Deno.test("content with another digest than declared is removed, and its id cannot be used again", async () => {
  const id = newId();
  assertProblem(await put({ id, body: CONTENT.replace("0", "x") }), 409, "content_mismatch");
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 410, "deleting");
  assertProblem(await put({ id }), 409, "conflict", { state: "deleting" });
  assertEquals((await head(id))["x-letts-upload-status"], "deleting");
});

daemonTest("one upload of a file at a time; the other one can resume", async () => {
  const id = newId();
  using connection = await connect(dugdale.url);
  await writeAll(connection, new TextEncoder().encode(uploadHead(id, 100) + CONTENT.slice(0, 40)));
  while ((await head(id))["x-letts-bytes-received"] !== "40") await pause(10);
  assertProblem(await put({ id }), 409, "upload_in_progress");
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 409, "staging_uploading", {
    bytes_received: 40,
    total_size: 100,
  });
  await writeAll(connection, new TextEncoder().encode(CONTENT.slice(40)));
  const buffer = new Uint8Array(1024);
  const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  assertMatch(answer, /^HTTP\/1\.1 201 /);
});

daemonTest("bytes received before a connection broke are kept", async () => {
  const id = newId();
  {
    using connection = await connect(dugdale.url);
    await writeAll(connection, new TextEncoder().encode(uploadHead(id, 100) + CONTENT.slice(0, 70)));
    while ((await head(id))["x-letts-bytes-received"] !== "70") await pause(10);
  }
  let reply: Reply;
  while ((reply = await putPart(id, 70, 100)).body.error === "upload_in_progress") await pause(10);
  assertEquals(reply.status, 201, reply.text);
  assertEquals((await dugdale.get(`/v1/staging/${id}`)).text, CONTENT);
});

Deno.test("bytes beyond the total are dropped", async () => {
  const stream = ReadableStream.from([new TextEncoder().encode(`${CONTENT}beyond`)]);
  const id = newId();
  assertEquals((await put({ id, body: stream, range: "bytes 0-99/100" })).status, 201);
  assertEquals((await dugdale.get(`/v1/staging/${id}`)).text, CONTENT);
});

ownTest("many files at once all arrive whole", async () => {
  const files = await Promise.all(Array.from({ length: 24 }, async (_, index) => {
    const bytes = crypto.getRandomValues(new Uint8Array(65_536)).subarray(0, 20_000 + index * 1000);
    return { id: await dugdale.stage(bytes), digest: await sha256(bytes) };
  }));
  for (const { id, digest } of files) {
    const response = await dugdale.open("GET", `/v1/staging/${id}`);
    assertEquals(await sha256(await response.bytes()), digest);
  }
});

function uploadHead(id: string, length: number): string {
  return requestText("PUT", `/v1/staging/${id}`, {
    authorization: `Bearer ${dugdale.tokens.dispatch}`,
    "x-letts-sha256": DIGEST,
    "content-length": String(length),
  });
}
