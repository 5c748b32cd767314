/** Invalid command lines, and their one line of error. */
import { assertEquals } from "@std/assert";
import { cli } from "../cli_process.ts";
import { lettsYaml } from "../fleet.ts";

/** A folder with a letts.yaml whose dugdale cannot be reached, so that a request would show as exit code 4. */
async function withoutDugdale(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    await Deno.writeTextFile(
      `${folder}/letts.yaml`,
      lettsYaml(["http://127.0.0.1:9", "http://127.0.0.1:9"], folder),
      {
        mode: 0o600,
      },
    );
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const RUN = ["run", "--mission", "m", "--route", "normal"];
const V7 = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";

const TABLE: readonly (readonly [args: readonly string[], code: number, stderr: string])[] = [
  [["bogus"], 2, `unknown command "bogus" for "letts"`],
  [["rnu"], 2, `unknown command "rnu" for "letts", did you mean run?`],
  [["run", "--misson", "x"], 2, "unknown flag: --misson, did you mean --mission?"],
  [["run", "-x"], 2, "unknown shorthand flag: 'x' in -x"],
  [["run", "--mission"], 2, "flag needs an argument: --mission"],
  [["version", "-o"], 2, "flag needs an argument: 'o' in -o"],
  [
    ["version", "--output", "xml"],
    2,
    `invalid argument "xml" for "-o, --output" flag: must be one of text, json, yaml, ndjson`,
  ],
  [["version", "--quiet=maybe"], 2, `invalid argument "maybe" for "-q, --quiet" flag: must be true or false`],
  [["events", V7, "--from", "1.5"], 2, `invalid argument "1.5" for "--from" flag: must be a whole number`],
  [["version", "extra"], 2, "version: accepts 0 arg(s), received 1"],
  [["events"], 2, "events: accepts 1 arg(s), received 0"],
  [["run", "stray", "other"], 2, "run: accepts at most 1 arg(s), received 2"],
  [["run", "--route", "normal"], 2, `required flag "mission" not set`],
  [["run", "--mission", "m"], 2, "one of --route, --host and --lane is required"],
  [[...RUN, "--host", "s1"], 2, "--route and --host cannot be used together"],
  [[...RUN, "--lane", "normal"], 2, "--route and --lane cannot be used together"],
  [["run", "--mission", "m", "--host", "s1"], 2, "--host needs --lane"],
  [["run", "--mission", "m", "--host", ","], 2, "--host names no dugdale"],
  [["run", "--mission", "m", "--lane", "none"], 1, `no dugdale has the lane "none"`],
  [["run", "--mission", "m", "--route", "none"], 1, `letts.yaml:3: routes: there is no route "none"`],
  [[...RUN, "--input", "{"], 2, "--input is not JSON: "],
  [[...RUN, "--input", "1", "--input-file", "x"], 2, "--input and --input-file cannot be used together"],
  [[...RUN, "--input-file", "none.json"], 2, "--input-file: none.json does not exist"],
  [[...RUN, "--file", "none.json"], 2, `--file "none.json" must be role=path`],
  [[...RUN, "--file", "=a"], 2, `--file "=a" must be role=path`],
  [[...RUN, "--file", "a=none.json"], 2, "--file: none.json does not exist"],
  [[...RUN, "--file", "a=letts.yaml", "--file", "a=letts.yaml"], 2, `--file gives "a" twice`],
  [[...RUN, "--output-file", "x"], 2, `--output-file "x" must be role=path`],
  [
    [...RUN, "--output-file", "x=none/a"],
    2,
    "--output-file: none/a cannot be written, there is no folder none",
  ],
  [[...RUN, "--wait-timeout", "1d"], 2, `--wait-timeout: duration "1d" must be like 250ms, 30s, 5m or 1h30m`],
  [[...RUN, "--request-timeout", "soon"], 2, `--request-timeout: duration "soon" must be like `],
  [[...RUN, "--request-timeout", "0"], 2, `--request-timeout "0" must be greater than 0`],
  [[...RUN, "--timeout", "soon"], 2, `--timeout: duration "soon" must be like 250ms, 30s, 5m or 1h30m`],
  [[...RUN, "--mission-id", "7"], 2, `--mission-id "7" must be a lower-case UUIDv7`],
  [["dispatch", "--route", "normal"], 2, `required flag "mission" not set`],
  [
    ["logs", "7"],
    2,
    `id "7" must be a lower-case UUIDv7, the beginning of one (6 characters or more), or key: and a key`,
  ],
  [
    ["logs", V7, "--stream", "both"],
    2,
    `invalid argument "both" for "--stream" flag: must be one of combined, stdout, stderr, log`,
  ],
  [["logs", V7, "--match", "nope"], 1, "no dugdale has the labels nope"],
  [["apply"], 2, `required flag "file" not set`],
  [["apply", "-f", "none.yaml"], 3, "config: none.yaml: "],
  [["apply", "-f", "letts.yaml", "--host", "nope"], 2, "--host: "],
  [
    ["apply", "-q", "-f", "letts.yaml", "--match", "nope"],
    1,
    "no dugdale of the file matches --host and --match",
  ],
  [["run", "--config", "none.yaml"], 3, "config: none.yaml: "],
  [["events", V7, "--host", "nope"], 1, 'letts.yaml: host "nope" not found'],
  [RUN, 4, "Fetch failed: Requests to port 9 are blocked: "],
  [
    ["run", "--embedded", "--route", "a", "--mission", "m"],
    2,
    "--embedded runs here, so that --route cannot be used",
  ],
  [["run", "--embedded", "--mission", "none.ts"], 2, "--mission: none.ts does not exist"],
  [
    ["run", "--embedded", "--mission", "letts.yaml"],
    2,
    "--mission: letts.yaml is not executable, and its name ends in none of ",
  ],
];

Deno.test("letts refuses invalid usage with one line and its exit code", async () => {
  await withoutDugdale(async (folder) => {
    for (const [args, code, text] of TABLE) {
      const ended = await cli(args, { cwd: folder });
      const shown = ended.stderr.trimEnd().split("\n").filter((line) => !line.startsWith("letts: warning:"));
      const what = `letts ${args.join(" ")}\n${ended.stderr}`;
      assertEquals(ended.code, code, what);
      assertEquals(ended.stdout, "", what);
      assertEquals(shown.length, 1, what);
      assertEquals(shown[0]?.startsWith(`letts: ${text}`), true, `${what}\nwanted ${text}`);
    }
  });
});

Deno.test("letts without a usable letts.yaml exits with 3, even when flags are missing", async () => {
  const ended = await cli(["run"], { env: { LETTS_CONFIG: "/nonexistent/letts.yaml" } });
  assertEquals([ended.code, ended.stdout], [3, ""]);
  assertEquals(
    ended.stderr.startsWith("letts: config: /nonexistent/letts.yaml: LETTS_CONFIG names it, but "),
    true,
  );
});
