import { assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { toText } from "@std/streams";
import { createHash } from "node:crypto";
import { canMount, mounted } from "../contract/own_disk.ts";
import { HttpError, type LettsError, NetworkError, StagingError } from "../../client/mod.ts";
import { collectGarbage } from "./garbage.ts";
import { chunked, RawServer, writeAll } from "./raw_server.ts";
import { done, ID, ndjson, openClient, progress, QUEUED } from "./scripted.ts";

const TEXT = "the whole report";
const SHA = createHash("sha256").update(TEXT).digest("hex");
const FILE = { sha256: SHA, size: TEXT.length };
const OK = `HTTP/1.1 200 OK\r\nContent-Length: ${TEXT.length}\r\nX-Letts-Sha256: ${SHA}\r\n\r\n`;

Deno.test("LettsClient reports each break below HTTP as a network error, after three tries", async () => {
  const breaks: [string, string, string][] = [
    ["closed before the answer", "", "network"],
    ["closed within the status line", "HTTP/1.1 2", "network"],
    ["closed within the headers", "HTTP/1.1 200 OK\r\nContent-Le", "network"],
    ["closed within the body", 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"version', "network"],
    ["closed within a chunk", 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"ver', "network"],
    ["not HTTP at all", "SSH-2.0-OpenSSH_9.6\r\n", "network"],
    ["not the shape that was asked for", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "bad_reply"],
  ];
  for (const [name, bytes, code] of breaks) {
    await using server = new RawServer(bytes);
    await using client = await openClient([server], { retry: { backoffMs: [0] } });
    const error = await assertRejects(() => client.info("s1"), NetworkError, undefined, name);
    assertEquals([error.code, error.host, server.heads.length], [code, "s1", 3], name);
  }
});

Deno.test("LettsClient survives a reset before the answer", async () => {
  const info = JSON.stringify({
    version: "1",
    uptime_seconds: 0,
    applied_at: null,
    queue_summary: { queued: 0, running: 0 },
  });
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    const first = await listener.accept();
    first.close(); // with the request unread: the other side sees a reset
    const second = await listener.accept();
    await second.read(new Uint8Array(4096));
    await writeAll(
      second,
      new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: ${info.length}\r\n\r\n${info}`),
    );
    second.close();
  })();
  await using client = await openClient([listener.addr as Deno.NetAddr]);
  assertEquals((await client.info("s1")).version, "1");
  await serving;
  listener.close();
});

Deno.test("LettsClient gives up a connection that says nothing", async () => {
  await using server = new RawServer(async () => {});
  await using client = await openClient([server], { requestTimeoutMs: 30, retry: { attempts: 1 } });
  const error = await assertRejects(() => client.info("s1"), NetworkError);
  assertEquals([error.code, error.retryable], ["timeout", true]);
});

Deno.test("LettsClient gives up an answer whose headers never end", async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const dripping = async (conn: Deno.TcpConn) => {
    const line = (text: string) => writeAll(conn, new TextEncoder().encode(`${text}\r\n`));
    try {
      await line("HTTP/1.1 200 OK");
      for (;;) await line("X-More: to come").then(() => new Promise((next) => setTimeout(next, 5)));
    } catch {
      resolve(); // the client has closed the connection
    }
  };
  await using server = new RawServer(dripping);
  await using client = await openClient([server], { requestTimeoutMs: 50, retry: { attempts: 1 } });
  const error = await assertRejects(() => client.info("s1"), NetworkError);
  assertEquals([error.code, error.retryable], ["timeout", true]);
  await left;
});

Deno.test("LettsClient gives up a body that stops coming", async () => {
  await using server = new RawServer((conn) =>
    writeAll(conn, new TextEncoder().encode(OK + TEXT.slice(0, 4)))
  );
  // The headers come within this time on any machine.
  await using client = await openClient([server], { requestTimeoutMs: 2000, retry: { attempts: 1 } });
  const body = await client.download("s1", ID);
  const error = await assertRejects(() => toText(body), NetworkError);
  assertEquals(error.code, "timeout");
});

Deno.test("LettsClient gives up a body that stops coming, also after a garbage collection", async () => {
  await using server = new RawServer((conn) =>
    writeAll(conn, new TextEncoder().encode(OK + TEXT.slice(0, 4)))
  );
  await using client = await openClient([server], { requestTimeoutMs: 2000 });
  const reader = (await client.download("s1", ID)).getReader();
  await reader.read();
  const rest = reader.read();
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await Promise.resolve();
  }
  await assertRejects(() => rest, NetworkError);
});

Deno.test("dispatch() goes on with an upload whose connection broke", async () => {
  const content = new Uint8Array(3_000_000);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const answer = (head: string, body = "") =>
    `HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  await using server = new RawServer(
    answer("404 Not Found"),
    "", // closes while the file is on its way
    answer(
      `200 OK\r\nX-Letts-Sha256: ${sha256}\r\nX-Letts-Upload-Status: incomplete\r\n` +
        `X-Letts-Bytes-Received: 2999990\r\nX-Letts-Total-Size: 3000000`,
    ),
    answer("201 Created", "{}"),
    answer("202 Accepted", JSON.stringify({ mission_id: ID, status: "queued" })),
  );
  await using client = await openClient([server], { retry: { backoffMs: [0] } });
  await client.dispatch({ route: "r" }, { mission: "m", missionId: ID, files: { in: content } });
  assertEquals(server.heads.map((head) => head.split(" ")[0]), ["HEAD", "PUT", "HEAD", "PUT", "POST"]);
  assertMatch(server.heads[3] ?? "", /Content-Range: bytes 2999990-2999999\/3000000/i);
});

Deno.test("LettsClient reports a redirect instead of following it", async () => {
  await using server = new RawServer(
    "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
  );
  await using client = await openClient([server]);
  const error = await assertRejects(() => client.info("s1"), HttpError);
  assertEquals([error.status, error.code, error.retryable], [301, "http_301", false]);
});

Deno.test("LettsClient waits as long as a proxy without a letts body asks to", async () => {
  const busy = "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 4\r\n\r\nbusy";
  await using server = new RawServer(busy);
  await using client = await openClient([server]);
  const error = await assertRejects(() => client.info("s1"), HttpError);
  assertEquals([error.code, error.retryAfterMs, server.heads.length], ["http_503", 120_000, 1]);
});

Deno.test("follow() loses nothing wherever a connection breaks within an event", async () => {
  const first = new TextEncoder().encode(chunked(ndjson(QUEUED)));
  const second = new TextEncoder().encode(chunked(ndjson(QUEUED, progress(2, 0.5))));
  for (let cut = first.length; cut < second.length; cut++) {
    const rest = (_: Deno.TcpConn, head: string) => {
      const from = Number(/from=(\d+)/.exec(head)?.[1] ?? 0);
      const events = [QUEUED, progress(2, 0.5), done(3)].slice(from);
      return writeAll(_, new TextEncoder().encode(chunked(ndjson(...events)) + "0\r\n\r\n"));
    };
    await using server = new RawServer(second.slice(0, cut), rest);
    await using client = await openClient([server]);
    const seqs = [];
    for await (const { seq } of client.follow({ host: "s1", missionId: ID })) seqs.push(seq);
    assertEquals(seqs, [1, 2, 3], `cut after ${cut} bytes`);
  }
});

Deno.test("saveDownload() leaves no file behind, whatever goes wrong", async () => {
  const broken: [string, string, string][] = [
    ["broke off", OK + TEXT.slice(0, 5), "network"],
    ["ended early", `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${TEXT.slice(0, 5)}`, "size_mismatch"],
    ["went on", chunked(`${TEXT} and more`) + "0\r\n\r\n", "size_mismatch"],
    ["is another", OK + TEXT.replace("e", "3"), "digest_mismatch"],
    ["is gone", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "http_410"],
  ];
  for (const [name, bytes, code] of broken) {
    const folder = await Deno.makeTempDir();
    try {
      await using server = new RawServer(bytes);
      await using client = await openClient([server]);
      const save = () => client.saveDownload("s1", ID, `${folder}/report`, { expected: FILE });
      const error = await save().then(() => undefined, (caught: unknown) => caught);
      assertInstanceOf(error, Error, name);
      assertEquals((error as LettsError).code, code, name);
      assertEquals([...Deno.readDirSync(folder)], [], name);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test({
  name: "saveDownload() leaves no file behind on a full disk",
  ignore: !await canMount(),
  async fn() {
    const root = await Deno.makeTempDir();
    const folder = `${root}/disk`;
    try {
      await using _disk = await mounted(folder, 4096);
      await Deno.writeFile(`${folder}/filler`, new Uint8Array(4096));
      await using server = new RawServer(OK + TEXT);
      await using client = await openClient([server]);
      const error = await assertRejects(
        () => client.saveDownload("s1", ID, `${folder}/report`),
        StagingError,
      );
      assertEquals(error.code, "file_unwritable");
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["filler"]);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

Deno.test("saveDownload() releases the connection when the file cannot be written", async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const endless = async (conn: Deno.TcpConn) => {
    try {
      await writeAll(conn, new TextEncoder().encode(OK.replace(/Length: \d+/, "Length: 99999999")));
      for (;;) await writeAll(conn, new Uint8Array(64 * 1024));
    } catch {
      resolve();
    }
  };
  await using server = new RawServer(endless);
  await using client = await openClient([server]);
  await assertRejects(() => client.saveDownload("s1", ID, "/no/such/folder/report"), StagingError);
  await left;
});
