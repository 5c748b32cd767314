import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NetworkError } from "../../../client/mod.ts";
import { RawServer, writeAll } from "../raw_server.ts";
import { type Handler, openClient, Scripted } from "../scripted.ts";

const INFO = { version: "1", uptime_seconds: 0, applied_at: null, queue_summary: { queued: 0, running: 0 } };
const informing: Handler = () => Response.json(INFO);

/** A client of one dugdale behind a proxy. */
function openBehind(proxy: string, options: { readonly url?: string; readonly ignoreProxy?: boolean } = {}) {
  const { url = "http://dugdale.invalid:7180/base/", ...rest } = options;
  return openClient([], {
    ...rest,
    retry: { attempts: 1 },
    yaml: { routes: {}, dugdales: [{ id: "s1", url, proxy }] },
  });
}

Deno.test("LettsClient goes through an http proxy, with the base path of the url", async () => {
  const body = JSON.stringify(INFO);
  await using proxy = new RawServer(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await using client = await openBehind(`http://u:p@127.0.0.1:${proxy.port}`);
  assertEquals((await client.info("s1")).version, "1");
  const head = proxy.heads[0] ?? "";
  assertStringIncludes(head, "GET http://dugdale.invalid:7180/base/v1/dugdale HTTP/1.1");
  assertStringIncludes(head.toLowerCase(), "proxy-authorization: basic");
});

Deno.test("LettsClient asks an http proxy for a tunnel to a dugdale behind https", async () => {
  await using proxy = new RawServer("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
  await using client = await openBehind(`http://127.0.0.1:${proxy.port}`, {
    url: "https://dugdale.invalid/base",
  });
  const error = await assertRejects(() => client.info("s1"), NetworkError);
  assertEquals([error.code, error.host], ["network", "s1"]);
  assertEquals(proxy.heads[0]?.split("\r\n")[0], "CONNECT dugdale.invalid:443 HTTP/1.1");
});

Deno.test("LettsClient uploads through a proxy with the range that reports the size", async () => {
  const answers = [
    "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\n{}",
  ];
  await using proxy = new RawServer(...answers);
  await using client = await openBehind(`http://127.0.0.1:${proxy.port}`);
  await client.upload("s1", new Uint8Array(7));
  assertStringIncludes(proxy.heads[1]?.toLowerCase() ?? "", "content-range: bytes 0-6/7");
});

Deno.test("LettsClient lets a SOCKS proxy look names up, with either scheme", async () => {
  for (const scheme of ["socks5", "socks5h"]) {
    const asked: string[] = [];
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const serving = serveSocks(listener, asked);
    {
      await using client = await openBehind(`${scheme}://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
      assertEquals((await client.info("s1")).version, "1");
    }
    listener.close();
    await serving;
    assertEquals(asked, ["dugdale.invalid"], scheme);
  }
});

Deno.test("LettsClient speaks TLS to an https proxy, and through it to a dugdale behind https", async () => {
  const pem = (name: string) => new URL(`../tls/localhost_${name}.pem`, import.meta.url);
  const [cert, key] = await Promise.all([Deno.readTextFile(pem("cert")), Deno.readTextFile(pem("key"))]);
  const asked: string[] = [];
  const dugdale = Deno.serve(
    { cert, key, port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => Response.json(INFO),
  );
  const listener = Deno.listenTls({ cert, key, port: 0, hostname: "127.0.0.1" });
  const serving = serveSecurely(listener, dugdale.addr.port, asked);
  const behind = `https://localhost:${dugdale.addr.port}`;
  for (const url of ["http://dugdale.invalid:7180", behind]) {
    // The certificate can only be trusted by a process as a whole.
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        new URL("../proxied_program.ts", import.meta.url).href,
        url,
        `https://u:p@localhost:${(listener.addr as Deno.NetAddr).port}`,
      ],
      env: { DENO_CERT: pem("cert").pathname },
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "1", new TextDecoder().decode(stderr));
  }
  listener.close();
  await serving;
  await dugdale.shutdown();
  assertEquals(asked, [
    "GET http://dugdale.invalid:7180/v1/dugdale HTTP/1.1",
    `CONNECT localhost:${dugdale.addr.port} HTTP/1.1`,
  ]);
});

Deno.test("LettsClient sends the query of the url with calls that have none of their own", async () => {
  await using server = new Scripted(({ target }) =>
    Response.json(target.includes("missions") ? { missions: [] } : INFO)
  );
  await using client = await openClient([], {
    yaml: { routes: {}, dugdales: [{ id: "s1", url: `http://127.0.0.1:${server.port}/base/?tenant=7` }] },
  });
  await client.info("s1");
  await client.listMissions("s1", { limit: 1 }).page();
  await client.listMissions("s1").page();
  assertEquals(server.log, [
    "GET /base/v1/dugdale?tenant=7",
    "GET /base/v1/missions?limit=1",
    "GET /base/v1/missions?tenant=7",
  ]);
});

Deno.test("LettsClient ignores proxies when told to", async () => {
  await using server = new Scripted(informing);
  const options = { url: `http://127.0.0.1:${server.port}/`, ignoreProxy: true };
  await using client = await openBehind("http://${NEVER_SET}", options);
  assertEquals((await client.info("s1")).version, "1");
});

Deno.test("LettsClient does not tell the password of a proxy that it cannot reach", async () => {
  await using client = await openBehind("http://user:secret@127.0.0.1:1");
  const error = await assertRejects(() => client.info("s1"), NetworkError);
  assertEquals(Deno.inspect(error).includes("secret"), false);
});

/** A SOCKS5 proxy that answers one HTTP request itself. */
async function serveSocks(listener: Deno.TcpListener, asked: string[]): Promise<void> {
  const conn = await listener.accept();
  const buffer = new Uint8Array(4096);
  await conn.read(buffer); // version and methods
  await writeAll(conn, new Uint8Array([5, 0]));
  await conn.read(buffer); // version, command, 0, kind of address, length, name, port
  if (buffer[3] === 3) asked.push(new TextDecoder().decode(buffer.subarray(5, 5 + (buffer[4] ?? 0))));
  await writeAll(conn, new Uint8Array([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
  await conn.read(buffer);
  const body = JSON.stringify(INFO);
  await writeAll(
    conn,
    new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  );
  conn.close();
}

/** A proxy spoken to over TLS: answers one request itself, then leads one connection to a port of this machine. */
async function serveSecurely(listener: Deno.TlsListener, target: number, asked: string[]): Promise<void> {
  const body = JSON.stringify(INFO);
  for (const answer of [`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`, undefined]) {
    using conn = await listener.accept();
    const buffer = new Uint8Array(4096);
    const size = await conn.read(buffer) ?? 0;
    const head = new TextDecoder().decode(buffer.subarray(0, size));
    assertStringIncludes(head.toLowerCase(), "proxy-authorization: basic");
    asked.push(head.split("\r\n")[0] ?? "");
    await writeAll(conn, new TextEncoder().encode(answer ?? "HTTP/1.1 200 OK\r\n\r\n"));
    if (answer !== undefined) continue;
    const upstream = await Deno.connect({ port: target, hostname: "127.0.0.1" });
    // Whichever side leaves first takes the other one along.
    await Promise.allSettled([
      conn.readable.pipeTo(upstream.writable),
      upstream.readable.pipeTo(conn.writable),
    ]);
  }
}
