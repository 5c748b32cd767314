import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { parseDugdaleConfig, readDugdaleConfig } from "../../../config/dugdale/read.ts";
import { TempDir } from "../temp_dir.ts";

const REQUIRED = "listen: 127.0.0.1:7180\ndata_dir: /var/lib/dugdale\n";
const parse = (text: string) => parseDugdaleConfig({ file: "dugdale.yaml", text: REQUIRED + text });

Deno.test("a hook is told mission.done for a day, and a sink keeps every state for ever, unless they say otherwise", () => {
  const { hooks, sinks } = parse(`
hooks: { ops: { url: "https://example.com/" } }
sinks: { r: { type: mongodb, url: "mongodb://h", shape: leptir }, s: { type: redis, url: "redis://h", expire: 1d } }
`);
  const { on, retry, timeoutMs, allowPrivate, byRequest, lanes } = hooks.ops!;
  assertEquals([on, retry, timeoutMs], [["mission.done"], { attempts: 0, forMs: 86_400_000 }, 10_000]);
  assertEquals([allowPrivate, byRequest, lanes], [false, false, []]);
  assertEquals([sinks.r?.collection, sinks.r?.on, sinks.r?.expireMs], [
    "info",
    ["queued", "running", "done"],
    0,
  ]);
  assertEquals([sinks.s?.key, sinks.s?.expireMs], ["letts:mission", 86_400_000]);
});

Deno.test("a hook or a sink that breaks a rule is refused by its key", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["hooks: { a: {} }", "hooks.a: needs url or command, and not both"],
    ["hooks: { a: { url: 'https://h', command: [x] } }", "hooks.a: needs url or command, and not both"],
    ["hooks: { a: { url: 'ftp://h' } }", "hooks.a: url must be an http:// or https:// URL"],
    ["hooks: { a: { command: [x], secret: s } }", "hooks.a: secret is for a url"],
    ["hooks: { a: { command: [x], on: [] } }", "hooks.a: on must name at least one event"],
    ["hooks: { a: { command: [x], on: [mission.lots] } }", "must be mission.queued, "],
    ["hooks: { a: { command: [x], timeout: 0 } }", "hooks.a: timeout must be more than 0"],
    ["hooks: { a: { command: [x], retry: { for: 0 } } }", "hooks.a: retry.for must be more than 0"],
    ["hooks: { A: { command: [x] } }", 'hooks "A" must be 1 to 63 of lower-case letters'],
    [
      "sinks: { a: { url: 'redis://h' } }",
      "sinks.a: needs a type: redis, mongodb, postgres, webhook, ndjson",
    ],
    ["sinks: { a: { type: redis } }", "sinks.a: needs url, and no path"],
    ["sinks: { a: { type: ndjson, url: x } }", "sinks.a: needs path, and no url"],
    ["sinks: { a: { type: redis, url: 'http://h' } }", "sinks.a: url of redis must match"],
    [
      "sinks: { a: { type: postgres, url: 'postgres://h', collection: 'a;b' } }",
      "collection must be lower-case",
    ],
    ["sinks: { a: { type: ndjson, path: x, expire: 1h } }", "sinks.a: expire is not for ndjson"],
    [
      "hooks: { a: { command: [x] } }\nsinks: { a: { type: ndjson, path: x } }",
      "must not have the name of a hook",
    ],
  ];
  for (const [text, message] of cases) {
    const error = assertThrows(() => parse(text), ConfigError);
    assertEquals(error.message.includes(message), true, `${text}: ${error.message}`);
  }
});

Deno.test("secrets of hooks and passwords of sinks need a private file, unless they are variables", () => {
  using folder = new TempDir();
  const read = (text: string) => {
    const path = folder.write("dugdale.yaml", `listen: ":0"\ndata_dir: ${folder.path}\n${text}`, 0o644);
    return readDugdaleConfig(path, { env: (name) => name === "PW" ? "from-a-variable" : undefined });
  };
  for (
    const [text, key] of [
      ["hooks: { a: { url: 'https://h', secret: plain } }", "hooks.a.secret"],
      ["hooks: { a: { url: 'https://u:plain@h' } }", "hooks.a.url"],
      ["sinks: { a: { type: redis, url: 'redis://:plain@h' } }", "sinks.a.url"],
      ["sinks: { a: { type: webhook, url: 'https://h', secret: plain } }", "sinks.a.secret"],
    ] as const
  ) {
    const error = assertThrows(() => read(text), ConfigError);
    assertEquals([error.stage, error.message.includes(key)], ["permissions", true], error.message);
  }
  const config = read(`
hooks: { a: { url: 'https://u:\${PW}@h', secret: '\${PW}' } }
sinks: { b: { type: redis, url: 'redis://:\${PW}@h' } }
`);
  assertEquals([config.hooks.a?.secret, config.hooks.a?.url, config.sinks.b?.url], [
    "from-a-variable",
    "https://u:from-a-variable@h",
    "redis://:from-a-variable@h",
  ]);
});
