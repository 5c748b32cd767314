import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Daemon, Place } from "../contract/daemon.ts";
import { OWN_TOKENS } from "../contract/settings.ts";
import { connect, rawRequest, readAnswer, requestText, writeAll } from "../contract/raw_http.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const linux = Deno.build.os === "linux";

async function status(daemon: Daemon): Promise<number> {
  const response = await fetch(`${daemon.url}/v1/healthz`);
  await response.body?.cancel();
  return response.status;
}

/** Stops a dugdale and gives its exit code. */
async function stopped(daemon: Daemon): Promise<number> {
  daemon.signal("SIGTERM");
  return (await daemon.exited).code;
}

/** Resolves when the other side has closed. */
async function closed(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    while (await connection.read(buffer) !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

Deno.test({
  name: "more idle connections than there are descriptors do not stop a dugdale",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ network: { idle_timeout: "1h", header_timeout: "1h" } });
    await using daemon = await place.start({ before: "ulimit -n 256" });
    using connections = new DisposableStack();
    for (let count = 0; count < 600; count++) {
      try {
        connections.use(await connect(daemon.url));
      } catch (error) {
        // Refused while the listener is opened again.
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
    }
    while (await fetch(`${daemon.url}/v1/healthz`).then((r) => r.text(), () => undefined) === undefined);
    assertEquals(await status(daemon), 200);
    assertEquals(await stopped(daemon), 0);
  },
});

Deno.test({
  name: "connections of one address beyond max_connections_per_address are closed, idle ones first",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ network: { max_connections_per_address: 5 } });
    await using daemon = await place.start();
    using connections = new DisposableStack();
    const idle = await Array.fromAsync(
      { length: 12 },
      async () => connections.use(await connect(daemon.url)),
    );
    // A look closes the oldest ones of those that have no request.
    await Promise.all(idle.slice(0, 6).map(closed));
    assertEquals(await status(daemon), 200);
    assert((await place.printed("stderr")).includes("max_connections_per_address"));
  },
});

Deno.test({
  name: "a connection is closed when no request comes, when its head does not end, and after idle_timeout",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ network: { idle_timeout: "1s", header_timeout: "1s" } });
    await using daemon = await place.start();
    using silent = await connect(daemon.url),
      slow = await connect(daemon.url),
      kept = await connect(daemon.url);
    await writeAll(slow, bytes("GET /v1/healthz HTTP/1.1\r\nHost: local"));
    await writeAll(kept, bytes("GET /v1/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    await Promise.all([silent, slow, kept].map(closed));
    assertEquals(await status(daemon), 200);
  },
});

Deno.test({
  name: "a body that is refused is not read to its end: the connection is closed",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    for (const framing of ["content-length: 100000000000", "transfer-encoding: chunked"]) {
      using connection = await connect(daemon.url);
      await writeAll(
        connection,
        bytes(`POST /v1/dispatch HTTP/1.1\r\nhost: localhost\r\n${framing}\r\n\r\n`),
      );
      assertEquals((await readAnswer(connection)).status, 401);
      const data = "a".repeat(65_536);
      const block = bytes(framing.includes("chunked") ? `10000\r\n${data}\r\n` : data);
      // Only the close of the connection ends this.
      await assertRejects(async () => {
        for (;;) await writeAll(connection, block);
      });
    }
  },
});

Deno.test("the Host header cannot choose the route, and must be one host", async () => {
  await using place = await Place.make();
  await using daemon = await place.start();
  const ask = async (request: string): Promise<number> => (await rawRequest(daemon.url, request)).status;
  const host = "x/v1/admin/lanes/default/pause?";
  assertEquals(await ask(requestText("POST", "/v1/healthz", { host })), 400);
  for (const host of ["", "a b", "a/b", "a@b", "localhost:port", "[::1"]) {
    assertEquals(await ask(requestText("GET", "/v1/healthz", { host })), 400, host);
  }
  assertEquals(await ask("GET /v1/healthz HTTP/1.1\r\nconnection: close\r\n\r\n"), 400);
  for (const host of ["localhost", "localhost:7180", "127.0.0.1:1", "[::1]:7180", "a.localhost"]) {
    assertEquals(await ask(requestText("GET", "/v1/healthz", { host })), 200, host);
  }
});

Deno.test("a request of a browser to a loopback dugdale by a foreign host name is refused", async () => {
  const browser = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
  const page = { origin: "http://letts.example" };
  for (
    const [network, headers, status] of [
      [{}, browser, 403],
      [{}, page, 403],
      [{}, {}, 200],
      [{ allowed_hosts: ["other.example"] }, {}, 403],
      [{ allowed_hosts: ["Letts.Example"] }, browser, 200],
      [{ allowed_hosts: ["*"] }, browser, 200],
      [{ behind_tls_proxy: true }, browser, 200],
    ] as const
  ) {
    await using place = await Place.make({ network: { trusted_proxies: [], ...network } });
    await using daemon = await place.start();
    const request = requestText("GET", "/v1/healthz", { host: "letts.example", ...headers });
    assertEquals((await rawRequest(daemon.url, request)).status, status, JSON.stringify([network, headers]));
  }
});

Deno.test({
  name: "SIGTERM ends a dugdale with 0 while a request never ends and a download stalls",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    using unfinished = await connect(daemon.url);
    const headers = {
      authorization: `Bearer ${OWN_TOKENS.dispatch}`,
      connection: "keep-alive",
      "content-length": "100",
    };
    await writeAll(unfinished, bytes(`${requestText("POST", "/v1/dispatch", headers)}{`));
    assertEquals(await stopped(daemon), 0);
    const lock = await Deno.readTextFile(`${place.dataDir}/dugdale.lock`);
    assertEquals(lock, "");
  },
});
