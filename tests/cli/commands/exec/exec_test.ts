import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Fleet, lossy, openFleet } from "../../fleet.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\n$/;
const ONE = ["exec", "--host", "s1", "--lane", "normal"];
const BOTH = ["exec", "--host", "s2,web,again", "--lane", "normal", "--stdin=none"];
const SH = ["--allow-shell", "--", "sh", "-c"];

Deno.test("letts exec copies output byte for byte and takes over the exit code", async () => {
  await using fleet = await openFleet();
  const ended = await fleet.cli([...ONE, ...SH, `printf 'a\\000b'; printf err >&2; exit 7`]);
  assertEquals(ended, { code: 7, stdout: "a\0b", stderr: "err" });
});

for (
  const [command, code, text] of [
    [["sh", "-c", "exit 0"], 0, undefined],
    [["sh", "-c", "exit 3"], 3, undefined],
    [["sh", "-c", "exit 124"], 125, "failed/exit_nonzero: ended with exit code 124"],
    [["sh", "-c", "exit 125"], 125, "failed/exit_nonzero: ended with exit code 125"],
    [["sh", "-c", "exit 255"], 125, "failed/exit_nonzero: ended with exit code 255"],
    [["sh", "-c", "kill -9 $$"], 125, "killed/signal: killed"],
    [["no-such-program"], 125, "crashed/spawn_failed: "],
  ] as const
) {
  Deno.test(`letts exec of "${command.join(" ")}" exits with ${code} and says why, unless the code does`, async () => {
    await using fleet = await openFleet();
    const raw = await fleet.cli([...ONE, "--allow-shell", "--", ...command]);
    assertEquals([raw.code, raw.stdout], [code, ""]);
    if (text === undefined) return assertEquals(raw.stderr, "");
    assertStringIncludes(raw.stderr, `letts: the command ended as ${text}`);
    const json = await fleet.cli([...ONE, "-o", "json", "--allow-shell", "--", ...command]);
    assertStringIncludes(json.stderr, `letts: s1: the command ended as ${text}`);
    const [row] = JSON.parse(json.stdout).results;
    assertStringIncludes(`${row.outcome}/${row.fail_reason}: ${row.fail_message}`, text);
  });
}

Deno.test("letts exec says that a command ran into its timeout, in every form of output", async () => {
  await using fleet = await openFleet();
  const ended = "the command ended as timeout/timeout: ran longer than its timeout of 100ms\n";
  for (const [form, stderr] of [["raw", `letts: ${ended}`], ["prefix", `[s1][FAIL] ${ended}`]] as const) {
    assertEquals(await fleet.cli([...ONE, "-o", form, "--timeout", "100ms", "--", "sleep", "600"]), {
      code: 125,
      stdout: "",
      stderr,
    });
  }
  const ndjson = await fleet.cli([...ONE, "-o", "ndjson", "--timeout", "100ms", "--", "sleep", "600"]);
  assertEquals([ndjson.code, ndjson.stderr], [125, `letts: s1: ${ended}`]);
  const done = JSON.parse(ndjson.stdout.trimEnd().split("\n").at(-1) ?? "");
  assertEquals([done.fail_reason, done.fail_message], ["timeout", "ran longer than its timeout of 100ms"]);
});

Deno.test("letts exec exits with 255 when its output cannot be written", async () => {
  await using fleet = await openFleet(2);
  for (const args of [[...ONE, "--", "echo", "hi"], [...BOTH, "--", "echo", "hi"]]) {
    const { code, stderr } = await fleet.shell(`${fleet.line(args)} > /dev/full`);
    assertEquals([code, stderr], [
      255,
      "letts: stdout cannot be written: No space left on device (os error 28)\n",
    ]);
  }
});

Deno.test("letts exec reports that a dugdale has cut the output off, keeps the mark out of it and exits with 255", async () => {
  await using fleet = await openFleet(1, { limits: { maxOutputBufferBytes: 1024 } });
  const told = "stdout is incomplete: the dugdale keeps 1024 bytes of a mission's output\n";
  const raw = await fleet.cli([...ONE, ...SH, "head -c 2000 /dev/zero | tr '\\000' x"]);
  assertEquals(raw, { code: 255, stdout: "x".repeat(1024), stderr: `letts: warning: ${told}` });
  const prefix = await fleet.cli([
    ...ONE,
    "-o",
    "prefix",
    ...SH,
    "head -c 2000 /dev/zero | tr '\\000' x; exit 3",
  ]);
  assertEquals(prefix, {
    code: 3,
    stdout: `[s1] ${"x".repeat(1024)}\n`,
    stderr: `[s1][warning] ${told}`,
  });
  const json = await fleet.cli([...ONE, "-o", "json", ...SH, "head -c 2000 /dev/zero | tr '\\000' x"]);
  const [row] = JSON.parse(json.stdout).results;
  assertEquals([json.code, row.stdout, row.stdout_truncated], [0, "x".repeat(1024), true]);
});

Deno.test("letts exec shows megabytes without a newline, and what comes after them", async () => {
  await using fleet = await openFleet();
  const long = "head -c 2500000 /dev/zero | tr '\\000' x; echo; echo last";
  const prefix = await fleet.cli([...ONE, "-o", "prefix", ...SH, long]);
  const lines = prefix.stdout.split("\n");
  assertEquals([prefix.code, prefix.stderr, lines.at(-2)], [0, "", "[s1] last"]);
  assertEquals(lines.slice(0, -2).map((line) => line.replace("[s1] ", "")).join(""), "x".repeat(2_500_000));
  const progress = await fleet.cli([...ONE, "-o", "ndjson", ...SH, `printf '\\r10%%\\r20%%\\ndone'`]);
  const shown = progress.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).line);
  assertEquals(shown.filter((line) => line !== undefined), ["10%", "20%", "done"]);
});

Deno.test("letts exec goes on with output whose connection broke", async () => {
  await using fleet = await openFleet();
  await using proxy = lossy(fleet, { breaks: 2, afterBytes: 70_000 });
  const ended = await fleet.cli([...ONE, ...SH, "seq 1 60000; exit 4"]);
  assertEquals([ended.code, ended.stderr, ended.stdout], [
    4,
    "",
    Array.from({ length: 60_000 }, (_, index) => `${index + 1}\n`).join(""),
  ]);
  assertEquals(proxy.broken, 2);
});

Deno.test("letts exec exits with 255 when a part of the output never comes", async () => {
  await using fleet = await openFleet();
  await using _proxy = lossy(fleet, { breaks: Infinity, afterBytes: 70_000 });
  const ended = await fleet.cli([...ONE, "--reconnect", "500ms", ...SH, "seq 1 60000"]);
  assertEquals([ended.code, ended.stdout.length], [255, 70_000]);
  assertMatch(
    ended.stderr,
    /^letts: warning: stdout is incomplete: .* connections in \d+\.\d s brought nothing/,
  );
  const json = await fleet.cli([
    ...ONE,
    "--reconnect",
    "0s",
    "-o",
    "json",
    "--output-buffer",
    "1000000",
    ...SH,
    "seq 1 60000",
  ]);
  assertEquals([json.code, JSON.parse(json.stdout).results[0].stdout_truncated], [255, true]);
  assertMatch(json.stderr, /^letts: warning: s1: stdout cannot be fetched: .*\nletts: exec failed on s1\n$/);
});

Deno.test("letts exec sends script, input files and standard input, and fetches output files", async () => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(
    `${fleet.folder}/s.sh`,
    `cat "$LETTS_IN_a" - > "$LETTS_OUT_r"; cat "$LETTS_OUT_r"`,
  );
  await Deno.writeTextFile(`${fleet.folder}/a.txt`, "from a file, ");
  const args = [
    ...ONE,
    "-i",
    "--script",
    "s.sh",
    "--in",
    "a=a.txt",
    "--out",
    "r=r.txt",
    "--",
    "sh",
    "script/script",
  ];
  const ended = await fleet.cli(args, { stdin: "from stdin" });
  assertEquals(ended, { code: 0, stdout: "from a file, from stdin", stderr: "" });
  assertEquals(await Deno.readTextFile(`${fleet.folder}/r.txt`), "from a file, from stdin");
  const again = await fleet.cli(args, { stdin: "x" });
  assertEquals([again.code, again.stdout, again.stderr], [2, "", "letts: output_exists: r.txt\n"]);
});

Deno.test("letts exec reads standard input only when it is asked to", async () => {
  await using fleet = await openFleet();
  const echo = fleet.line([...ONE, "--", "echo", "ran"]);
  const loop = `printf '1\\n2\\n3\\n' | while read -r n; do ${echo} || exit; done`;
  assertEquals(await fleet.shell(loop), { code: 0, stdout: "ran\nran\nran\n", stderr: "" });
  for (const flag of ["-i", "--stdin=single", "--stdin=auto"]) {
    const ended = await fleet.cli([...ONE, flag, "--", "cat"], { stdin: "sent" });
    assertEquals(ended, { code: 0, stdout: "sent", stderr: "" });
  }
  assertEquals(await fleet.cli([...ONE, "--", "cat"], { stdin: "kept" }), {
    code: 0,
    stdout: "",
    stderr: "",
  });
});

Deno.test("letts exec and letts run take pipes for files, and leave no temporary file", async () => {
  await using fleet = await openFleet(2);
  const tmp = await Deno.makeTempDir();
  try {
    const line = fleet.line([
      ...BOTH,
      "--in",
      "a=/dev/fd/8",
      "--script",
      "/dev/fd/9",
      "-o",
      "ndjson",
      "--",
      "sh",
      "script/script",
    ]);
    const script = `cat "$LETTS_IN_a"`;
    const both = await fleet.shell(
      `export TMPDIR=${tmp}; (printf one | (exec 8<&0; printf '%s' '${script}' | (exec 9<&0; ${line})))`,
    );
    assertEquals([both.code, both.stderr], [0, ""]);
    assertEquals(both.stdout.match(/"line":"one"/g)?.length, 2);
    const run = fleet.line([
      "run",
      "-q",
      "--host",
      "s1",
      "--lane",
      "normal",
      "--mission",
      "copy",
      "--file",
      "text=/dev/stdin",
      "--output-file",
      "copy=out",
    ]);
    const ran = await fleet.shell(`export TMPDIR=${tmp}; printf piped | ${run}`);
    assertEquals([ran.code, ran.stderr], [0, ""]);
    assertEquals(await Deno.readTextFile(`${fleet.folder}/out`), "piped");
    const input = fleet.line([
      "run",
      "-q",
      "--host",
      "s1",
      "--lane",
      "normal",
      "--mission",
      "echo",
      "--input-file",
      "/dev/stdin",
    ]);
    assertEquals(JSON.parse((await fleet.shell(`printf '{"a":1}' | ${input}`)).stdout), { a: 1 });
    assertEquals([...Deno.readDirSync(tmp)], []);
  } finally {
    await Deno.remove(tmp, { recursive: true });
  }
  const folder = await fleet.cli([...ONE, "--in", "a=/tmp", "--", "true"]);
  assertEquals([folder.code, folder.stderr], [2, "letts: --in: /tmp is neither a regular file nor a pipe\n"]);
});

Deno.test("letts exec --wait-timeout exits with 124, an unreachable dugdale with 255", async () => {
  await using fleet = await openFleet();
  const waited = await fleet.cli([...ONE, "--wait-timeout", "300ms", "--", "sleep", "600"]);
  assertEquals(waited.code, 124);
  const id = /^letts: exec (\S+) keeps running on s1\n/.exec(waited.stderr)?.[1];
  assertEquals(
    waited.stderr,
    `letts: exec ${id} keeps running on s1
  follow it: letts events ${id} --host s1 --follow
  end it:    letts ctl exec kill ${id} --host s1
letts: client wait timeout
`,
  );
  const yaml = await Deno.readTextFile(`${fleet.folder}/letts.yaml`);
  await Deno.writeTextFile(
    `${fleet.folder}/letts.yaml`,
    yaml.replace(/url: "[^"]*"/, `url: "http://127.0.0.1:9"`),
  );
  const lost = await fleet.cli([...ONE, "--", "true"]);
  assertEquals([lost.code, lost.stdout], [255, ""]);
  assertMatch(lost.stderr, /^letts: .*: s1 \(127.0.0.1:9\)\n$/);
});

Deno.test("letts exec --detach prints the id, which may be chosen", async () => {
  await using fleet = await openFleet(2);
  assertMatch((await fleet.cli([...ONE, "--detach", "--", "true"])).stdout, UUID);
  const id = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";
  assertEquals((await fleet.cli([...ONE, "--detach", "--mission-id", id, "--", "true"])).stdout, `${id}\n`);
  const group = "01a20d43-2fe6-7000-a65a-02ab4cc304cc";
  assertEquals(
    (await fleet.cli([...BOTH, "--detach", "--group-id", group, "--", "true"])).stdout,
    `${group}\n`,
  );
});

Deno.test("letts exec on two hosts puts their names before every line", async () => {
  await using fleet = await openFleet(2);
  const ended = await fleet.cli([...BOTH, ...SH, `echo one; printf two; printf bad >&2; exit 3`]);
  assertEquals(ended.code, 3);
  const sorted = (text: string) => text.split("\n").sort();
  assertEquals(sorted(ended.stdout), ["", "[s1] one", "[s1] two", "[s2] one", "[s2] two"]);
  assertEquals(sorted(ended.stderr), ["", "[s1][stderr] bad", "[s2][stderr] bad"]);
});

Deno.test("letts exec -o json prints one line with a result for each dugdale", async () => {
  await using fleet = await openFleet(2);
  const ended = await fleet.cli([
    ...BOTH,
    "-o",
    "json",
    "--output-buffer",
    "4",
    ...SH,
    `printf '<1234'; printf 1234 >&2`,
  ]);
  assertEquals([ended.code, ended.stderr, ended.stdout.split("\n").length], [0, "", 2]);
  assertStringIncludes(ended.stdout, `"<123\\n...[truncated, more bytes lost (client-side)]"`);
  const { group_id: group, results } = JSON.parse(ended.stdout);
  assertMatch(`${group}\n`, UUID);
  assertEquals(results.map(({ host }: { host: string }) => host), ["s2", "s1"]);
  assertEquals(Object.keys(results[0]).filter((key) => key !== "duration_ms"), [
    "host",
    "exec_id",
    "outcome",
    "exit_code",
    "stdout",
    "stderr",
    "stdout_truncated",
  ]);
  assertEquals(results[0].stderr, "1234");
});

Deno.test("letts exec -o ndjson prints lines and events of one host too", async () => {
  await using fleet = await openFleet();
  const ended = await fleet.cli([...ONE, "-o", "ndjson", ...SH, "echo a; printf b"]);
  const lines: Record<string, unknown>[] = ended.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.filter(({ event }) => event === undefined), [
    { host: "s1", stream: "stdout", line: "a" },
    { host: "s1", stream: "stdout", line: "b" },
  ]);
  const events = lines.filter(({ event }) => event !== undefined);
  assertEquals(events.map(({ event, seq }) => [event, seq]), [["queued", 1], ["running", 2], ["done", 3]]);
  assertEquals(events.at(-1), { host: "s1", event: "done", seq: 3, outcome: "success", exit_code: 0 });
});

Deno.test("letts exec on hosts of which one is gone exits with 255 and shows the other", async () => {
  await using fleet = await openFleet(1);
  const yaml = await Deno.readTextFile(`${fleet.folder}/letts.yaml`);
  const gone = `  - { id: gone, url: "http://127.0.0.1:9", lanes: { normal: {} } }\n`;
  await Deno.writeTextFile(`${fleet.folder}/letts.yaml`, yaml + gone);
  const all = ["exec", "--all", "--lane", "normal", "--stdin", "none"];
  const prefix = await fleet.cli([...all, "--", "echo", "hi"]);
  assertEquals([prefix.code, prefix.stdout], [255, "[s1] hi\n"]);
  assertMatch(
    prefix.stderr,
    /^\[gone\]\[FAIL\] .*: gone \(127.0.0.1:9\)\nletts: exec failed on gone\n$/,
  );
  const json = await fleet.cli([...all, "-o", "json", "--", "echo", "hi"]);
  const [, row] = JSON.parse(json.stdout).results;
  assertEquals([row.host, row.error, row.outcome], ["gone", "transport", undefined]);
  const detached = await fleet.cli([...all, "--detach", "--", "true"]);
  assertEquals(detached.code, 255);
  assertMatch(detached.stdout, UUID);
});

Deno.test("letts exec --out on two hosts puts the host into the names, all or none", async () => {
  await using fleet = await openFleet(2);
  const command = [...SH, `echo hi > "$LETTS_OUT_r"`];
  assertEquals((await fleet.cli([...BOTH, "--out", "r=x.tar.gz", ...command])).code, 0);
  assertEquals(await Deno.readTextFile(`${fleet.folder}/x.tar-s1.gz`), "hi\n");
  assertEquals(await Deno.readTextFile(`${fleet.folder}/x.tar-s2.gz`), "hi\n");
  await Deno.remove(`${fleet.folder}/x.tar-s1.gz`);
  const taken = await fleet.cli([...BOTH, "--out", "r=x.tar.gz", ...command]);
  assertEquals([taken.code, taken.stderr], [2, "letts: output_exists: x.tar-s2.gz\n"]);
  assertEquals(exists(`${fleet.folder}/x.tar-s1.gz`), false);
});

Deno.test("letts exec refuses flags that cannot be used together before any request", async () => {
  await using fleet = await openFleet(2);
  for (
    const [args, text] of [
      [["exec", "--host", "s1", "--", "true"], `required flag "lane" not set`],
      [["exec", "--lane", "normal", "--", "true"], "exactly one of --host, --match and --all is required"],
      [["exec", "--lane", "normal", "--host", "s1", "--all", "--", "true"], "exactly one of --host"],
      [["exec", "--lane", "normal", "--host", ",", "--", "true"], "--host names no dugdale"],
      [["exec", "--lane", "normal", "--host", "nope", "--", "true"], "--host: letts.yaml: host"],
      [["exec", "--lane", "none", "--all", "--", "true"], `no dugdale has the lane "none"`],
      [ONE, "a command is required after --"],
      [[...ONE, "--script", "letts.yaml"], "--script needs a command that runs it"],
      [[...ONE, "--script", "none", "--", "true"], "--script: none does not exist"],
      [[...ONE, "--", "sh", "-c", "true"], "a shell with -c needs --allow-shell"],
      [[...ONE, "--out", "1a=x", "--", "true"], `--out: key "1a" must be `],
      [[...ONE, "--in", "__a=letts.yaml", "--", "true"], `--in: key "__a" must be `],
      [[...ONE, "-o", "text", "--", "true"], `invalid argument "text" for "-o, --output" flag`],
      [[...ONE, "--group-id", "x", "--", "true"], `--group-id "x" must be`],
      [[...ONE, "--stdin", "single", "--wait-timeout", "x", "--", "true"], "--wait-timeout: "],
      [[...BOTH, "-o", "raw", "--", "true"], "-o raw needs one host"],
      [
        [...BOTH, "--mission-id", "01a20d43-2fe6-7000-a65a-02ab4cc304cb", "--", "true"],
        "--mission-id needs one host",
      ],
      [["exec", "--lane", "normal", "--all", "--stdin=auto", "--", "true"], "with several hosts and piped"],
      [[...ONE, "-i", "--stdin=single", "--", "true"], "--send-stdin and --stdin cannot be used together"],
      [
        ["exec", "--lane", "normal", "--all", "--stdin=single", "--", "true"],
        "--stdin=single needs one host, not 2",
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await fleet.cli(args);
    const what = `letts ${args.join(" ")}\n${stderr}`;
    assertEquals([code, stdout, stderr.startsWith(`letts: ${text}`)], [2, "", true], what);
  }
  assertEquals(await execCount(fleet), 0);
});

async function execCount(fleet: Fleet): Promise<number> {
  const reply = await fetch(`${fleet.urls[0]}/v1/missions?kind=exec`, {
    headers: { authorization: "Bearer a-token" },
  });
  return (await reply.json()).missions.length;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
