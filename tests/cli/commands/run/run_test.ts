import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openFleet } from "../../fleet.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";

Deno.test("letts run shows events and log lines on stderr and the return on stdout", async () => {
  await using fleet = await openFleet();
  const { code, stdout, stderr } = await fleet.cli(["run", "--route", "normal", "--mission", "hello"]);
  assertEquals(stdout, `{\n  "a": "\\u003cx\\u003e",\n  "b": 9007199254740993\n}\n`);
  const lines = stderr.trimEnd().split("\n");
  const events = lines.filter((line) => line.startsWith("[event]"));
  assertEquals(events.map((line) => line.replace(/\d+$/, "N")), [
    "[event] queued",
    "[event] running pid=N",
    "[event] done outcome=success",
  ]);
  assertEquals(lines.filter((line) => line.startsWith("[progress]")), [
    "[progress] 0.50 half",
    "[progress] no value",
  ]);
  assertEquals(lines.filter((line) => line.startsWith("[stdout]")), ["[stdout] out"]);
  assertEquals(lines.filter((line) => line.startsWith("[stderr]")), ["[stderr] err"]);
  assertEquals(lines.at(-1), "[event] done outcome=success");
  assertEquals(code, 0);
});

Deno.test("letts run -q says nothing but the return", async () => {
  await using fleet = await openFleet();
  const { code, stdout, stderr } = await fleet.cli([
    "run",
    "-q",
    "--host",
    "web",
    "--lane",
    "normal",
    "--mission=hello",
  ]);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, `"a"`);
});

Deno.test("letts run --no-progress keeps the events", async () => {
  await using fleet = await openFleet();
  const { stderr } = await fleet.cli(["run", "--no-progress", "--route=normal", "--mission", "hello"]);
  assertEquals(stderr.includes("[progress]"), false);
  assertStringIncludes(stderr, "[event] done outcome=success\n");
});

Deno.test("letts run -o json prints one object with sorted keys and the whole logs", async () => {
  await using fleet = await openFleet();
  const { code, stdout, stderr } = await fleet.cli([
    "run",
    "-o",
    "json",
    "--lane",
    "normal",
    "--mission",
    "hello",
  ]);
  assertEquals([code, stderr], [0, ""]);
  const result: Record<string, unknown> = JSON.parse(stdout);
  assertEquals(Object.keys(result), [
    "duration_ms",
    "exit_code",
    "fail_message",
    "fail_reason",
    "host",
    "logs",
    "mission_id",
    "outcome",
    "return",
    "signal",
  ]);
  assertEquals(result.logs, {
    stderr: "err",
    stderr_truncated: false,
    stdout: "out\n",
    stdout_truncated: false,
  });
  assertEquals([result.host, result.outcome, result.exit_code, result.signal], ["s1", "success", 0, ""]);
  assertMatch(String(result.mission_id), new RegExp(`^${UUID}$`));
});

Deno.test("letts run -o json --logs also shows the log lines on stderr", async () => {
  await using fleet = await openFleet();
  const { stdout, stderr } = await fleet.cli([
    "run",
    "-o",
    "json",
    "--logs",
    "--lane",
    "normal",
    "--mission",
    "hello",
  ]);
  assertEquals(stderr.split("\n").sort(), ["", "[stderr] err", "[stdout] out"]);
  assertEquals(JSON.parse(stdout).logs.stdout, "out\n");
});

Deno.test("letts run -o ndjson prints the events as they came and nothing else", async () => {
  await using fleet = await openFleet();
  const { code, stdout, stderr } = await fleet.cli([
    "run",
    "-o",
    "ndjson",
    "--lane",
    "normal",
    "--mission",
    "hello",
  ]);
  assertEquals([code, stderr], [0, ""]);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.map(({ event }) => event), ["queued", "running", "progress", "progress", "done"]);
  assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
});

Deno.test("letts run -o yaml shows events but no log lines", async () => {
  await using fleet = await openFleet();
  const { stdout, stderr } = await fleet.cli(["run", "-o", "yaml", "--lane", "normal", "--mission", "hello"]);
  assertEquals(stderr.includes("[stdout]"), false);
  assertStringIncludes(stderr, "[progress] 0.50 half\n");
  assertStringIncludes(stdout, `  "a": `);
});

Deno.test("letts run prints nothing when the mission returns nothing", async () => {
  await using fleet = await openFleet();
  const { code, stdout } = await fleet.cli(["run", "--lane", "normal", "--mission", "silent"]);
  assertEquals([code, stdout], [0, ""]);
});

Deno.test("letts run hands the input on with every digit", async () => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(`${fleet.folder}/in.json`, `{"big": 9223372036854775807, "x": 1.50}`);
  const run = ["run", "-q", "-o", "ndjson", "--lane", "normal", "--mission", "echo"];
  const fromFile = await fleet.cli([...run, "--input-file", "in.json"]);
  assertStringIncludes(fromFile.stdout, `"big":9223372036854775807`);
  const fromStdin = await fleet.cli([...run, "--input-file", "-"], { stdin: `{"n":1}` });
  assertStringIncludes(fromStdin.stdout, `"return":{"n":1}`);
  const none = await fleet.cli(run);
  assertStringIncludes(none.stdout, `"return":{}`);
});

for (
  const [mission, code, line] of [
    ["fails", 1, "letts: mission failed: no such video"],
    ["reason", 1, "letts: mission failed: quota: full"],
    ["shot", 125, "letts: mission did not exit normally: killed/unknown_sigkill: "],
  ] as const
) {
  Deno.test(`letts run of a mission that ${mission} exits with ${code}`, async () => {
    await using fleet = await openFleet();
    const ended = await fleet.cli(["run", "-q", "--lane", "normal", "--mission", mission]);
    assertEquals([ended.code, ended.stdout], [code, ""]);
    assertEquals(ended.stderr.startsWith(line), true, ended.stderr);
    assertEquals(ended.stderr.split("\n").length, 2);
  });
}

Deno.test("letts run of a mission that failed names it, its output and how to run it again", async () => {
  await using fleet = await openFleet();
  const run = ["run", "--host", "s1", "--lane", "normal", "--mission", "fails"];
  const ended = await fleet.cli(run);
  const [told = "", id] = /^letts: mission (\S+) on s1 has ended: failed\n(?:.*\n)*/m.exec(ended.stderr) ??
    [];
  assertEquals(
    told,
    `letts: mission ${id} on s1 has ended: failed
  its output:   letts logs ${id} --host s1
  run it again: letts ctl missions restart ${id} --host s1
letts: mission failed: no such video
`,
  );
  assertEquals((await fleet.cli(["logs", id ?? "", "--host", "s1"])).code, 0);
  for (const quiet of [["-q"], ["-o", "json"], ["-o", "ndjson"]]) {
    assertEquals((await fleet.cli([...run, ...quiet])).stderr, "letts: mission failed: no such video\n");
  }
});

Deno.test("letts run --wait-timeout exits with 124, leaves the mission running, and reports how to go on", async () => {
  await using fleet = await openFleet(2);
  const run = ["run", "-q", "--wait-timeout", "300ms", "--lane", "normal", "--mission", "forever"];
  for (const hosts of ["s1", "s1,s2"]) {
    const ended = await fleet.cli([...run, "--host", hosts]);
    assertEquals([ended.code, ended.stderr.split("\n").at(-2)], [124, "letts: client wait timeout"]);
    const told = [...ended.stderr.matchAll(/^letts: mission (\S+) keeps running on (\S+)$/gm)];
    assertEquals(told.map(([, , host]) => host).join(), hosts);
    for (const [, id = "", host = ""] of told) {
      assertStringIncludes(ended.stderr, `  follow it: letts events ${id} --host ${host} --follow\n`);
      assertStringIncludes((await fleet.cli(["events", id, "--host", host])).stdout, `"event":"running"`);
    }
  }
  const refused = await fleet.cli([...run, "--host", "s1", "--mission", "forever", "--lane", "nope"]);
  assertEquals([refused.code, refused.stderr.split("\n").length], [1, 2]);
});

Deno.test("letts run --output-file puts a verified file in place of an old one", async () => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(`${fleet.folder}/a,b.txt`, "some text");
  await Deno.writeTextFile(`${fleet.folder}/back.txt`, "old");
  const run = [
    "run",
    "-q",
    "--lane",
    "normal",
    "--mission",
    "copy",
    "--file",
    "text=a,b.txt",
    "--output-file",
  ];
  const ended = await fleet.cli([...run, "copy=back.txt"]);
  assertEquals([ended.code, ended.stderr], [0, ""]);
  assertEquals(await Deno.readTextFile(`${fleet.folder}/back.txt`), "some text");
  const unknown = await fleet.cli([...run, "other=back.txt"]);
  assertEquals([unknown.code, unknown.stdout], [1, ""]);
  assertStringIncludes(unknown.stderr, `no output "other"; it has copy`);
  const leftovers = [...Deno.readDirSync(fleet.folder)].map(({ name }) => name).filter((name) =>
    /tmp|partial/.test(name)
  );
  assertEquals(leftovers, []);
});
