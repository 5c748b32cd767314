import { assertEquals } from "@std/assert";
import { cli } from "../cli/cli_process.ts";
import { RawServer } from "../client/raw_server.ts";

const REPLY =
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]`;

/** The request line of `letts ctl lanes list`. */
async function requestLine(
  env: Readonly<Record<string, string>>,
  proxied: boolean,
): Promise<string | undefined> {
  const cwd = await Deno.makeTempDir();
  try {
    await using server = new RawServer(REPLY);
    const at = `127.0.0.1:${server.port}`;
    const address = proxied ? `host: "127.0.0.2:9999", proxy: "http://${at}"` : `host: "${at}"`;
    const yaml = `auth: { admin_token: t }\ndugdales: [{ id: s1, ${address} }]\n`;
    await Deno.writeTextFile(`${cwd}/letts.yaml`, yaml, { mode: 0o600 });
    const { code, stderr } = await cli(["ctl", "lanes", "list", "--host", "s1"], { cwd, env });
    assertEquals([code, stderr], [0, ""]);
    return server.heads[0]?.split("\r\n")[0];
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("a request names only its path, as every server understands", async () => {
  assertEquals(await requestLine({}, false), "GET /v1/lanes HTTP/1.1");
});

Deno.test("a request names its whole URL to a proxy", async () => {
  assertEquals(await requestLine({}, true), "GET http://127.0.0.2:9999/v1/lanes HTTP/1.1");
});

Deno.test("a request does not go through the proxy of the environment", async () => {
  const line = await requestLine(
    { HTTP_PROXY: "http://127.0.0.1:1", ALL_PROXY: "http://127.0.0.1:1" },
    false,
  );
  assertEquals(line?.endsWith("/v1/lanes HTTP/1.1"), true, line);
});
