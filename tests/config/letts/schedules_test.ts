import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { readLettsFiles } from "../../../config/letts/open.ts";
import { lettsConfig } from "../../../config/letts/config.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";

/** Reads files one over the other. */
function read(...texts: readonly string[]): LettsConfig {
  const folder = Deno.makeTempDirSync();
  try {
    const files = texts.map((text, index) => {
      const file = `${folder}/${index}.yaml`;
      Deno.writeTextFileSync(file, text);
      return file;
    });
    return readLettsFiles(files, { env: () => undefined });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const bodyOf = (config: LettsConfig, host = "a") => config.applyBody(config.dugdale(host));

Deno.test("schedules are sent by apply as they are written, numbers and words of the input as JSON", () => {
  const config = read(`
dugdales:
  - id: a
    host: h
    schedules:
      nightly:
        lane: batch
        mission: report
        cron: "0 3 * * *"
        tz: Europe/Berlin
        until: 2030-01-01
        overlap: replace
        missed: all
        jitter: 30s
        paused: yes
        timeout: 2h
        input: { count: 7, rate: 0.5, name: day, quoted: "7", on: true, none: ~, list: [1, a] }
`);
  assertEquals(bodyOf(config).schedules, {
    nightly: {
      lane: "batch",
      mission: "report",
      cron: "0 3 * * *",
      tz: "Europe/Berlin",
      until: "2030-01-01",
      overlap: "replace",
      missed: "all",
      jitter: "30s",
      paused: true,
      timeout: "2h",
      input: { count: 7, rate: 0.5, name: "day", quoted: "7", on: true, none: null, list: [1, "a"] },
    },
  });
});

Deno.test("without schedules in the file an apply says nothing about them, with none it says so", () => {
  assertEquals(bodyOf(read("dugdales: [{ id: a, host: h }]")).schedules, undefined);
  assertEquals(bodyOf(read("dugdales: [{ id: a, host: h, schedules: {} }]")).schedules, {});
});

Deno.test("a dugdale inherits the schedules of its template, takes some away, and a second file adds some", () => {
  const config = read(
    `
templates:
  base: { schedules: { one: { lane: l, mission: m, every: 1h }, two: { lane: l, mission: m, every: 2h } } }
dugdales:
  - { id: a, host: h, extends: base, schedules: { two: , three: { lane: l, mission: m, every: 3h } } }
  - { id: b, host: h, extends: base }
`,
    "dugdales: [{ id: a, schedules: { four: { lane: l, mission: m, every: 4h } } }]",
  );
  const names = (host: string) => Object.keys(bodyOf(config, host).schedules ?? {});
  assertEquals([names("a"), names("b")], [["one", "three", "four"], ["one", "two"]]);
});

for (
  const [text, problem] of [
    ["s: { lane: l }", 'dugdales[0].schedules["s"].mission: must not be missing or empty'],
    ["s: { mission: m }", 'dugdales[0].schedules["s"].lane: must not be missing or empty'],
    ["A B: { lane: l, mission: m }", 'dugdales[0].schedules["A B"]: schedule name "A B" must be'],
    ["s: { lane: l, mission: m, when: now }", "is not a known key"],
    ["s: { lane: l, mission: m, overlap: wait }", 'overlap: must be allow, skip, replace, not "wait"'],
    ["s: { lane: l, mission: m, input: 12345678901234567890 }", "has more digits than can be kept"],
    ["s: [1]", "must be a mapping"],
  ] as const
) {
  Deno.test(`schedules in letts.yaml: ${text} is refused with its place`, () => {
    assertThrows(() => read(`dugdales: [{ id: a, host: h, schedules: { ${text} } }]`), ConfigError, problem);
  });
}

Deno.test("lettsConfig() checks the names of schedules too", () => {
  const schedules = { "A B": { lane: "l", mission: "m", every: "1h" } };
  assertThrows(() => lettsConfig({ dugdales: [{ id: "a", host: "h", schedules }] }), ConfigError, '"A B"');
});
