import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openFleet } from "../fleet.ts";
import { inProcess } from "../terminal.ts";

Deno.test("letts run, events, show and logs have what a mission said on its way", async () => {
  await using fleet = await openFleet(1);
  const said = [
    { event: "state", name: "drawing" },
    { event: "note", text: "from the cache" },
    { event: "warn", message: "disk is slow", details: { ms: 900 } },
    { event: "meta", fields: { rows: 7 } },
    { event: "log", level: "warn", message: "odd", fields: { row: 3 } },
  ];
  const script = `cat >&3 <<'.'\n${said.map((line) => JSON.stringify(line)).join("\n")}\n.\n`;
  await Deno.writeTextFile(`${fleet.folder}/missions/says.sh`, script);
  const target = ["--host", "s1", "--lane", "normal", "--mission", "says"];
  const ran = await fleet.cli(["run", ...target]);
  for (const line of ["[state] drawing\n", "[note] from the cache\n", "[warning] disk is slow\n"]) {
    assertStringIncludes(ran.stdout + ran.stderr, line);
  }
  const id: string = JSON.parse((await fleet.cli(["run", "-o", "json", ...target])).stdout).mission_id;
  const { stdout: events } = await inProcess(["events", id], { folder: fleet.folder, columns: 80 });
  assertStringIncludes(events, "[warning] disk is slow\n");
  const shown = JSON.parse((await fleet.cli(["ctl", "missions", "show", id])).stdout);
  assertEquals([shown.notes, shown.state, shown.meta], [["from the cache"], "drawing", { rows: 7 }]);
  const raw = await fleet.cli(["logs", id, "--stream", "log"]);
  const { time, ...line } = JSON.parse(raw.stdout);
  assertEquals([typeof time, line], ["number", { level: "warn", message: "odd", fields: { row: 3 } }]);
  const people = await inProcess(["logs", id, "--stream", "log"], { folder: fleet.folder, columns: 80 });
  assertMatch(people.stdout, /^\d\d:\d\d:\d\d\.\d{3} warn {2}odd row=3\n$/);
});

Deno.test("letts logs finds the dugdale by itself and prints what the mission printed", async () => {
  await using fleet = await openFleet(2);
  const ran = await fleet.cli([
    "run",
    "-o",
    "json",
    "--host",
    "s2",
    "--lane",
    "normal",
    "--mission",
    "hello",
  ]);
  const id: string = JSON.parse(ran.stdout).mission_id;
  for (
    const [flags, stdout] of [
      [["--stream", "stdout"], "out\n"],
      [["--stream", "stderr", "--host", "s2"], "err"],
      [["--stream", "stdout", "--follow", "--match", "l2"], "out\n"],
    ] as const
  ) {
    assertEquals(await fleet.cli(["logs", id, ...flags]), { code: 0, stdout, stderr: "" });
  }
  const both = await fleet.cli(["logs", id]);
  assertEquals([...both.stdout].sort().join(""), [..."out\nerr"].sort().join(""));
  const raw = await fleet.cli(["logs", id, "-o", "ndjson"]);
  const streams = raw.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).stream);
  assertEquals(streams.sort(), ["stderr", "stdout"]);
});

Deno.test("letts logs keeps the mark of a stream that was cut off out of it, and warns", async () => {
  await using fleet = await openFleet(1, { limits: { maxOutputBufferBytes: 3 } });
  const ran = await fleet.cli([
    "run",
    "-o",
    "json",
    "--host",
    "s1",
    "--lane",
    "normal",
    "--mission",
    "hello",
  ]);
  const id: string = JSON.parse(ran.stdout).mission_id;
  assertEquals(await fleet.cli(["logs", id, "--stream", "stdout"]), {
    code: 0,
    stdout: "out",
    stderr: "letts: warning: stdout is incomplete: the dugdale keeps 3 bytes of a mission's output\n",
  });
});

Deno.test("letts logs of an unknown mission exits with 1", async () => {
  await using fleet = await openFleet(2);
  const missing = await fleet.cli(["logs", "01a20d43-2fe6-7000-a65a-02ab4cc304cb"]);
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertStringIncludes(missing.stderr, "was not found on any of the 2 dugdales");
});
