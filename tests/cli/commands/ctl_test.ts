import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Fleet, openFleet } from "../fleet.ts";

const NO_ONE = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";
const OK = { code: 0, stdout: "", stderr: "" };

async function send(fleet: Fleet, mission: string, lane = "paused", host = "s1"): Promise<string> {
  const sent = await fleet.cli(["dispatch", "--host", host, "--lane", lane, "--mission", mission]);
  assertEquals(sent.code, 0, sent.stderr);
  return sent.stdout.split("\t")[0] ?? "";
}

async function ran(fleet: Fleet, mission: string, host = "s1"): Promise<string> {
  const ended = await fleet.cli([
    "run",
    "-o",
    "json",
    "--host",
    host,
    "--lane",
    "normal",
    "--mission",
    mission,
  ]);
  return JSON.parse(ended.stdout).mission_id;
}

Deno.test("letts ctl dugdales list prints letts.yaml and sends no request", async () => {
  await using fleet = await openFleet(2);
  const { stdout } = await fleet.cli(["ctl", "dugdales", "list"]);
  const [first, second] = fleet.urls;
  assertEquals(
    stdout,
    `s1            host=${first?.padEnd(25)}  lanes=[normal paused]  labels=[all l1]\n` +
      `s2            host=${second?.padEnd(25)}  lanes=[normal paused]  labels=[all l2]\n`,
  );
  const json = await fleet.cli(["ctl", "dugdales", "list", "-o", "json"]);
  assertEquals(JSON.parse(json.stdout)[1], {
    id: "s2",
    url: second,
    labels: ["all", "l2"],
    lanes: ["normal", "paused"],
  });
  const yaml = await fleet.cli(["ctl", "dugdales", "list", "-o", "yaml"]);
  assertStringIncludes(yaml.stdout, `- id: s1\n  url: ${first}\n`);
});

Deno.test("letts ctl dugdales info and config describe one dugdale", async () => {
  await using fleet = await openFleet();
  await send(fleet, "hello");
  const info = await fleet.cli(["ctl", "dugdales", "info", "--host", "web"]);
  assertMatch(info.stdout, /^version: {3}dev\nuptime_s: {2}\d+\.\d\nqueue: {5}queued=1 running=0\n$/);
  const json = await fleet.cli(["ctl", "dugdales", "info", "--host", "s1", "-o", "json"]);
  assertEquals(Object.keys(JSON.parse(json.stdout)), [
    "version",
    "uptime_seconds",
    "applied_at",
    "queue_summary",
  ]);
  const config = await fleet.cli(["ctl", "dugdales", "config", "--host", "s1"]);
  assertEquals(JSON.parse(config.stdout).state.lanes.paused, {
    concurrency: 1,
    paused: true,
    paused_by: "yaml",
  });
});

Deno.test("letts ctl lanes lists, pauses and continues", async () => {
  await using fleet = await openFleet();
  const lanes = ["ctl", "lanes"];
  assertEquals(await fleet.cli([...lanes, "pause", "normal", "--host", "s1"]), OK);
  const { stdout } = await fleet.cli([...lanes, "list", "--host", "s1"]);
  assertEquals(
    stdout,
    "LANE                  CONCURRENCY   PAUSED  QUEUED    RUNNING \n" +
      "normal                4             true    0         0       \n" +
      "paused                1             true    0         0       \n",
  );
  assertEquals(await fleet.cli([...lanes, "continue", "normal", "--host", "s1"]), OK);
  const json = await fleet.cli([...lanes, "list", "--host", "s1", "-o", "json"]);
  assertEquals(JSON.parse(json.stdout)[0], {
    name: "normal",
    concurrency: 4,
    paused: false,
    queued: 0,
    running: 0,
  });
  assertEquals((await fleet.cli([...lanes, "pause", "none", "--host", "s1"])).code, 1);
});

Deno.test("letts ctl lanes takes the lane as a flag too, but not twice", async () => {
  await using fleet = await openFleet();
  const one = async (): Promise<string> =>
    (await fleet.cli(["ctl", "lanes", "list", "--host", "s1", "--lane", "normal", "-o", "json"])).stdout;
  for (const [verb, paused] of [["pause", true], ["continue", false]] as const) {
    assertEquals(await fleet.cli(["ctl", "lanes", verb, "--host", "s1", "--lane", "normal"]), OK);
    assertEquals(JSON.parse(await one()).map((lane: { paused: boolean }) => lane.paused), [paused]);
  }
  const twice = await fleet.cli(["ctl", "lanes", "pause", "normal", "--host", "s1", "--lane", "normal"]);
  assertEquals([twice.code, twice.stderr], [2, "letts: <lane> and --lane cannot be used together\n"]);
  const none = await fleet.cli(["ctl", "lanes", "continue", "--host", "s1"]);
  assertEquals([none.code, none.stderr], [2, 'letts: required flag "lane" not set\n']);
});

Deno.test("letts ctl missions list prints a page, and where the next one begins", async () => {
  await using fleet = await openFleet();
  const first = await send(fleet, "hello");
  const second = await send(fleet, "silent");
  const list = ["ctl", "missions", "list", "--host", "s1"];
  const page = await fleet.cli([...list, "--limit", "1"]);
  const lines = page.stdout.split("\n");
  assertEquals(
    lines[0],
    "MISSION_ID                                STATUS      OUTCOME     LANE          MISSION                    TIME_CREATED ",
  );
  assertMatch(
    lines[1] ?? "",
    new RegExp(`^${second}      queued                  paused        silent                     \\d{13}$`),
  );
  assertEquals(lines[2], "");
  const cursor = /^cursor: (\S+)$/.exec(lines[3] ?? "")?.[1] ?? "";
  const rest = await fleet.cli([...list, "--limit", "1", "--cursor", cursor, "-o", "json"]);
  const { missions, next_cursor: next } = JSON.parse(rest.stdout);
  assertEquals([missions.map(({ mission_id: id }: { mission_id: string }) => id), next], [
    [first],
    undefined,
  ]);
  const none = await fleet.cli([...list, "--since", "-1h", "--until", "-30m", "-o", "json"]);
  assertEquals(JSON.parse(none.stdout), { missions: [] });
  const found = await fleet.cli([...list, "--mission-prefix", "hel", "--status", "queued", "-o", "json"]);
  assertEquals(JSON.parse(found.stdout).missions.length, 1);
});

Deno.test("letts ctl missions show finds the dugdale and prints the record in its order", async () => {
  await using fleet = await openFleet(2);
  const id = await ran(fleet, "hello", "s2");
  const { code, stdout } = await fleet.cli(["ctl", "missions", "show", id]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, `"b": 9007199254740993`);
  assertEquals(
    Object.keys(JSON.parse(stdout)),
    [
      "mission_id",
      "kind",
      "lane",
      "mission_name",
      "status",
      "outcome",
      "exit_code",
      "return",
      "input",
      "input_fingerprint",
      "pid",
      "time_created",
      "time_started",
      "time_finished",
      "duration_ms",
    ].filter((key) => key !== "duration_ms" || "duration_ms" in JSON.parse(stdout)),
  );
  const yaml = await fleet.cli(["ctl", "missions", "show", id, "--host", "s2", "-o", "yaml"]);
  assertStringIncludes(yaml.stdout, "mission_name: hello\n");
  assertStringIncludes(yaml.stdout, "    b: 9007199254740993\n");
});

Deno.test("letts ctl missions show asks for --host when two dugdales have the id", async () => {
  await using fleet = await openFleet(2);
  for (const host of ["s1", "s2"]) {
    await fleet.cli([
      "dispatch",
      "--host",
      host,
      "--lane",
      "paused",
      "--mission",
      "hello",
      "--mission-id",
      NO_ONE,
    ]);
  }
  const both = await fleet.cli(["ctl", "missions", "kill", NO_ONE]);
  assertEquals([both.code, both.stdout], [1, ""]);
  assertStringIncludes(both.stderr, "is on several dugdales (s1, s2); choose one with --host");
  assertEquals(await fleet.cli(["ctl", "missions", "kill", NO_ONE, "--match", "l2", "--signal", "INT"]), OK);
});

Deno.test("letts ctl missions kill, restart and delete do so by id", async () => {
  await using fleet = await openFleet(2);
  const id = await send(fleet, "hello", "paused", "s2");
  assertEquals(await fleet.cli(["ctl", "missions", "kill", id]), OK);
  const restarted = await fleet.cli(["ctl", "missions", "restart", id]);
  assertMatch(restarted.stdout, /^[0-9a-f-]{36}\n$/);
  const json = await fleet.cli(["ctl", "missions", "restart", id, "--host", "s2", "-o", "json"]);
  const record = JSON.parse(json.stdout);
  assertEquals([Object.keys(record), record.restarted_from], [
    ["mission_id", "restarted_from", "status"],
    id,
  ]);
  const newer = restarted.stdout.trim();
  const refused = await fleet.cli(["ctl", "missions", "restart", newer]);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, " 409: mission_not_done — ");
  assertEquals(await fleet.cli(["ctl", "missions", "delete", newer, "--force"]), OK);
  const gone = await fleet.cli(["ctl", "missions", "kill", NO_ONE]);
  assertEquals([gone.code, gone.stderr], [1, `letts: ${NO_ONE} was not found on any of the 2 dugdales\n`]);
});

Deno.test("letts ctl missions restart --selector asks first, and pages to the end", async () => {
  await using fleet = await openFleet();
  const ids = [await ran(fleet, "silent"), await ran(fleet, "silent")].reverse();
  const restart = [
    "ctl",
    "missions",
    "restart",
    "--host",
    "s1",
    "--selector",
    "mission=silent,outcome=success",
  ];
  const dry = await fleet.cli([...restart, "--dry-run"]);
  assertEquals(dry, { code: 0, stdout: `would restart 2 missions:\n${ids.join("\n")}\n`, stderr: "" });
  const no = await fleet.cli(restart, { stdin: "n\n" });
  assertEquals(no, { code: 1, stdout: "", stderr: "restart 2 missions? [y/N]: letts: aborted\n" });
  assertEquals((await fleet.cli(restart)).code, 1);
  const yes = await fleet.cli([...restart, "--limit", "1"], { stdin: "y\n" });
  assertEquals([yes.code, yes.stdout.split("\n").length, yes.stderr], [0, 2, "restart 1 missions? [y/N]: "]);
  const none = await fleet.cli([...restart.slice(0, -1), "mission=nothing"]);
  assertEquals(none, { code: 0, stdout: "", stderr: "letts: no mission matches the selector\n" });
});

Deno.test("letts ctl missions delete --selector reports which could not be deleted", async () => {
  await using fleet = await openFleet();
  const done = await ran(fleet, "silent");
  const running = await send(fleet, "forever", "normal");
  await fleet.cli([
    "run",
    "-q",
    "--wait-timeout",
    "0",
    "--host",
    "s1",
    "--lane",
    "normal",
    "--mission",
    "silent",
  ]);
  const all = ["ctl", "missions", "delete", "--host", "s1", "--yes", "--selector", "lane=normal"];
  const ended = await fleet.cli(all);
  assertEquals([ended.code, ended.stdout.includes(done), ended.stdout.includes(running)], [1, true, false]);
  assertEquals(
    ended.stderr,
    `  FAIL ${running} — mission_running\nletts: 1 of 3 delete operations failed\n`,
  );
  assertEquals((await fleet.cli([...all, "--force"])).stdout, `${running}\n`);
});

Deno.test("letts ctl exec lists, shows, prints, restarts, kills and deletes", async () => {
  await using fleet = await openFleet();
  const group = "01a20d43-2fe6-7000-a65a-02ab4cc304cc";
  const args = [
    "exec",
    "--host",
    "s1",
    "--lane",
    "normal",
    "-o",
    "json",
    "--group-id",
    group,
    "--",
    "echo",
    "hi there",
  ];
  const [{ exec_id: id }] = JSON.parse((await fleet.cli(args)).stdout).results;
  const list = await fleet.cli(["ctl", "exec", "list", "--host", "s1", "--group", group]);
  const [title, row] = list.stdout.split("\n");
  assertMatch(title ?? "", /TIME_CREATED {3}DISPLAY_NAME {20}GROUP_ID {32}$/);
  assertMatch(row ?? "", new RegExp(`echo 'hi there' {17}${group} {4}$`));
  assertEquals(
    JSON.parse((await fleet.cli(["ctl", "exec", "show", id])).stdout).display_name,
    "echo 'hi there'",
  );
  assertEquals((await fleet.cli(["ctl", "exec", "output", id])).stdout, "hi there\n");
  assertStringIncludes((await fleet.cli(["events", id, "--host", "s1"])).stdout, `"event":"done"`);
  const restarted = await fleet.cli(["ctl", "exec", "restart", id, "--host", "s1"]);
  assertMatch(restarted.stdout, new RegExp(`^[0-9a-f-]{36}\tqueued\trestarted_from=${id}\n$`));
  assertEquals((await fleet.cli(["ctl", "exec", "restart", NO_ONE, "--host", "s1"])).code, 255);
  assertEquals((await fleet.cli(["ctl", "exec", "kill", id])).code, 1);
  assertEquals(await fleet.cli(["ctl", "exec", "delete", id]), OK);
  const mission = await ran(fleet, "silent");
  const wrong = await fleet.cli(["ctl", "exec", "show", mission]);
  assertEquals([wrong.code, wrong.stderr], [
    2,
    `letts: ${mission} is a mission, not a command; use letts ctl missions show\n`,
  ]);
});

Deno.test("letts ctl staging uploads, downloads, lists and deletes", async () => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(`${fleet.folder}/a.txt`, "some text");
  const staging = ["ctl", "staging"];
  const uploaded = await fleet.cli([...staging, "upload", "a.txt", "--host", "s1", "-o", "json"]);
  const [id = "", sha256, size] = uploaded.stdout.trim().split("\t");
  assertEquals([sha256?.length, size], [64, "9"]);
  assertEquals((await fleet.cli([...staging, "download", id, "--host", "s1"])).stdout, "some text");
  assertEquals(await fleet.cli([...staging, "download", id, "--host", "s1", "-o", "b.txt"]), OK);
  assertEquals(await Deno.readTextFile(`${fleet.folder}/b.txt`), "some text");
  assertEquals(await fleet.cli([...staging, "delete", id, "--host", "s1"]), OK);
  const run = [
    "run",
    "-o",
    "json",
    "--lane",
    "normal",
    "--host",
    "s1",
    "--mission",
    "copy",
    "--file",
    "text=a.txt",
  ];
  const mission: string = JSON.parse((await fleet.cli(run)).stdout).mission_id;
  const list = [...staging, "list", "--host", "s1", "--mission-id", mission];
  const table = await fleet.cli(list);
  assertEquals(
    table.stdout.split("\n")[0],
    "STAGING_ID                                SIZE          STATE         REF_KIND       ",
  );
  const outputs = await fleet.cli([...list, "--ref-kind", "output", "-o", "json"]);
  const [file] = JSON.parse(outputs.stdout).staging;
  assertEquals([file.role, file.size, file.state], ["copy", 9, "complete"]);
});

Deno.test("letts ctl refuses arguments that cannot be used together", async () => {
  await using fleet = await openFleet();
  const nowhere = { cwd: "/" };
  for (
    const [args, text] of [
      [["ctl", "bogus"], `unknown command "bogus" for "letts ctl"`],
      [
        ["ctl", "missions", "shwo", "x"],
        `unknown command "shwo" for "letts ctl missions", did you mean show?`,
      ],
      [["ctl", "lanes", "pause", "--host", "s1"], `required flag "lane" not set`],
      [["ctl", "missions", "list", "--host", "s1", "--kind", "x"], `invalid argument "x" for "--kind" flag`],
      [
        ["ctl", "missions", "list", "--host", "s1", "--since", "soon"],
        `--since "soon" must be like 1h, 7d, 2026-01-31T08:00 or Unix`,
      ],
      [
        ["ctl", "missions", "list", "--status", "gone"],
        `invalid argument "gone" for "--status" flag: must be one of`,
      ],
      [
        ["ctl", "exec", "list", "--outcome", "bad"],
        `invalid argument "bad" for "--outcome" flag: must be one of`,
      ],
      [
        ["ctl", "staging", "list", "--mission-id", NO_ONE, "--ref-kind", "x"],
        `invalid argument "x" for "--ref-kind" flag: must be one of`,
      ],
      [
        ["ctl", "missions", "restart", "--selector", "outcome=bad"],
        `--selector: outcome "bad" must be one of success, `,
      ],
      [["ctl", "missions", "restart"], "an id or --selector is required"],
      [
        ["ctl", "missions", "restart", NO_ONE, "--selector", "a=b"],
        "an id and --selector cannot be used together",
      ],
      [
        ["ctl", "missions", "restart", NO_ONE, NO_ONE],
        "ctl missions restart: accepts at most 1 arg(s), received 2",
      ],
      [["ctl", "missions", "delete", "--selector", "a=b"], "--selector: unknown key"],
      [
        ["ctl", "missions", "delete", "--host", "s1", "--selector", "a=b"],
        `--selector: unknown key "a"; known are`,
      ],
      [
        ["ctl", "missions", "delete", "--host", "s1", "--selector", "lane"],
        `--selector: "lane" must be key=value`,
      ],
      [["ctl", "staging", "list", "--host", "s1"], `required flag "mission-id" not set`],
      [["ctl", "staging", "upload", "none", "--host", "s1"], "path: none does not exist"],
    ] as const
  ) {
    const { code, stdout, stderr } = await fleet.cli(args, nowhere);
    assertEquals(
      [code, stdout, stderr.startsWith(`letts: ${text}`)],
      [2, "", true],
      `letts ${args.join(" ")}\n${stderr}`,
    );
  }
});
