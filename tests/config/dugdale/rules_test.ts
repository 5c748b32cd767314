import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { checkDugdaleConfig } from "../../../config/dugdale/rules.ts";
import type { DugdaleSettings } from "../../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { isLoopback, listenHost } from "../../../config/dugdale/listen_host.ts";

const check = (settings: Partial<DugdaleSettings>) =>
  checkDugdaleConfig(dugdaleConfig({ listen: ":7180", dataDir: "/d", ...settings }));
const tokens = { tokens: ["hush"] };

const REFUSED: readonly (readonly [groups: string, settings: Partial<DugdaleSettings>])[] = [
  ["(auth)", { auth: tokens }],
  ["(admin)", { admin: tokens }],
  ["(exec)", { exec: { enabled: true, ...tokens } }],
  ["(auth, admin, exec)", { auth: tokens, admin: tokens, exec: { enabled: true, ...tokens } }],
];
for (const [groups, settings] of REFUSED) {
  Deno.test(`checkDugdaleConfig() refuses tokens ${groups} in the clear`, () => {
    const error = assertThrows(() => check(settings), ConfigError, groups);
    assertEquals([error.key, error.message.includes("hush")], ["listen", false]);
    check({ ...settings, network: { behindTlsProxy: true } });
    check({ ...settings, network: { insecurePlainHttp: true } });
    check({ ...settings, listen: "127.0.0.1:7180" });
  });
}

Deno.test("checkDugdaleConfig() accepts missing tokens, and tokens of a disabled exec on any address", () => {
  check({});
  check({ exec: { enabled: false, ...tokens } });
});

Deno.test("checkDugdaleConfig() requires a token for commands when exec is enabled", () => {
  const listen = "localhost:0";
  assertThrows(() => check({ listen, exec: { enabled: true } }), ConfigError, "exec.enabled: needs");
  assertThrows(
    () => check({ listen, exec: { enabled: true }, auth: tokens }),
    ConfigError,
    "exec.enabled: needs",
  );
  check({ listen, exec: { enabled: true }, admin: tokens });
  check({ listen, exec: { enabled: true, ...tokens } });
});

const HOSTS: readonly (readonly [listen: string, host: string, loopback: boolean])[] = [
  ["localhost:80", "localhost", true],
  ["127.0.0.1:7180", "127.0.0.1", true],
  ["127.9.8.7:0", "127.9.8.7", true],
  ["[::1]:7180", "::1", true],
  ["[0:0:0:0:0:0:0:1]:1", "0:0:0:0:0:0:0:1", true],
  ["::1", "::1", true],
  [":7180", "", false],
  ["0.0.0.0:1", "0.0.0.0", false],
  ["[::]:1", "::", false],
  ["10.0.0.1:1", "10.0.0.1", false],
  ["example.com:1", "example.com", false],
  ["localhost.example.com:1", "localhost.example.com", false],
  ["127.evil.com:1", "127.evil.com", false],
  ["128.0.0.1:1", "128.0.0.1", false],
];
for (const [listen, host, loopback] of HOSTS) {
  Deno.test(`isLoopback() says ${loopback} of ${listen}`, () => {
    assertEquals([listenHost(listen), isLoopback(listen)], [host, loopback]);
  });
}
