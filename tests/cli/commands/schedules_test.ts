import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Fleet, openFleet } from "../fleet.ts";

const HOST = ["--host", "s1"];

/** A dugdale with two schedules in a second file. */
async function open(): Promise<Fleet> {
  const fleet = await openFleet();
  await write(
    fleet,
    `{ nightly: { lane: normal, mission: hello, cron: "0 3 * * *", tz: Asia/Tokyo, input: { n: 1 } },
    pulse: { lane: paused, mission: hello, every: 2h } }`,
  );
  const { code, stderr } = await fleet.cli(["apply", "-q", "-f", "letts.yaml", "-f", "more.yaml"]);
  assertEquals([code, stderr], [0, ""]);
  return fleet;
}

async function write({ folder }: Fleet, schedules: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/more.yaml`, `dugdales: [{ id: s1, schedules: ${schedules} }]\n`);
}

Deno.test("letts ctl schedules list shows them, show one of them, in every format", async () => {
  await using fleet = await open();
  const { code, stdout } = await fleet.cli(["ctl", "schedules", "list", ...HOST]);
  const [title, nightly, pulse, end] = stdout.split("\n");
  assertEquals([code, end], [0, ""]);
  assertMatch(title ?? "", /^SCHEDULE +WHEN +TZ +LANE +MISSION +PAUSED +NEXT +LAST +FIRED +SKIPPED *$/);
  assertMatch(
    nightly ?? "",
    /^nightly +0 3 \* \* \* +Asia\/Tokyo +normal +hello +false +\S+T18:00:00Z +- +0 +0 *$/,
  );
  assertMatch(pulse ?? "", /^pulse +every 2h +UTC +paused +hello +false +\S+:00:00Z +- +0 +0 *$/);
  const json = await fleet.cli(["ctl", "schedules", "list", ...HOST, "-o", "json"]);
  assertEquals(JSON.parse(json.stdout).map(({ name }: { name: string }) => name), ["nightly", "pulse"]);
  const shown = JSON.parse((await fleet.cli(["ctl", "schedules", "show", "nightly", ...HOST])).stdout);
  assertEquals([shown.name, shown.input, shown.paused], ["nightly", { n: 1 }, false]);
});

Deno.test("letts ctl schedules next shows coming fires in the zone of the schedule and in the caller's", async () => {
  await using fleet = await open();
  const env = { TZ: "America/New_York" };
  const args = ["ctl", "schedules", "next", "nightly", ...HOST, "--count", "10"];
  const { code, stdout, stderr } = await fleet.cli(args, { env });
  const lines = stdout.trimEnd().split("\n");
  assertEquals([code, stderr, lines.length], [0, "", 11]);
  assertMatch(lines[0] ?? "", /^Asia\/Tokyo +America\/New_York +IN *$/);
  for (const line of lines.slice(1)) {
    assertMatch(line, /^\S+ 03:00:00 \+09:00 +\S+ 1[34]:00:00 -0[45]:00 +(?:in \d+[smhd]|just now) *$/);
  }
  const [first] = JSON.parse((await fleet.cli([...args, "-o", "json"], { env })).stdout);
  assertEquals(Object.keys(first), ["time", "utc", "scheduled", "local"]);
  assertEquals((await fleet.cli([...args.slice(0, -1), "0"])).code, 2);
});

Deno.test("letts ctl schedules pause keeps who and why, continue ends it, run starts the mission", async () => {
  await using fleet = await open();
  const paused = await fleet.cli([
    "ctl",
    "schedules",
    "pause",
    "nightly",
    ...HOST,
    "--reason",
    "wrong numbers",
  ], {
    env: { USER: "ada" },
  });
  assertEquals(paused, { code: 0, stdout: "", stderr: "" });
  const show = async () =>
    JSON.parse((await fleet.cli(["ctl", "schedules", "show", "nightly", ...HOST])).stdout);
  const { pause } = await show();
  assertEquals([pause.by, pause.who, pause.reason], ["ctl", "ada", "wrong numbers"]);
  await fleet.cli(["ctl", "schedules", "continue", "nightly", ...HOST]);
  assertEquals((await show()).pause, undefined);
  const run = await fleet.cli(["ctl", "schedules", "run", "nightly", ...HOST]);
  assertMatch(run.stdout, /^[0-9a-f-]{36}\tqueued\n$/);
  const [id = ""] = run.stdout.split("\t");
  await fleet.cli(["events", id, "--follow"]);
  const mission = JSON.parse((await fleet.cli(["ctl", "missions", "show", id])).stdout);
  assertEquals([mission.schedule, mission.outcome], ["nightly", "success"]);
});

Deno.test("letts ctl schedules reports a schedule that is not there", async () => {
  await using fleet = await open();
  for (const action of ["show", "next", "pause", "continue", "run"]) {
    const { code, stdout, stderr } = await fleet.cli(["ctl", "schedules", action, "absent", ...HOST]);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, '404: schedule_not_found — there is no schedule "absent"');
  }
});

Deno.test("letts apply --dry-run shows what becomes of schedules, and apply names a broken one", async () => {
  await using fleet = await open();
  await write(
    fleet,
    `{ pulse: { lane: paused, mission: hello, every: 3h }, extra: { lane: normal, mission: hello, every: 1h } }`,
  );
  const files = ["-f", "letts.yaml", "-f", "more.yaml"];
  const dry = await fleet.cli(["apply", "-q", "--dry-run", "--prune", ...files]);
  assertStringIncludes(dry.stdout, "add schedules:    [extra]\n");
  assertStringIncludes(dry.stdout, "change schedules: [pulse]\n");
  assertStringIncludes(dry.stdout, "remove schedules: [nightly]\n");
  await fleet.cli(["apply", "-q", "--prune", ...files]);
  const after = await fleet.cli(["apply", "-q", "--dry-run", "--prune", ...files]);
  assertEquals(after.stdout.includes("schedules"), false, after.stdout);
  await write(fleet, `{ pulse: { lane: paused, mission: hello, cron: "99 * * * *" } }`);
  const { code, stdout } = await fleet.cli(["apply", "-q", ...files]);
  assertEquals(code, 1);
  assertStringIncludes(
    stdout,
    'invalid_schedule — schedule "pulse": cron "99 * * * *": Invalid value for minute: 99',
  );
});

Deno.test("the names of schedules in letts.yaml are completed", async () => {
  await using fleet = await open();
  await Deno.copyFile(`${fleet.folder}/letts.yaml`, `${fleet.folder}/all.yaml`);
  const text = (await Deno.readTextFile(`${fleet.folder}/letts.yaml`))
    .replace(
      "extends: base,",
      "extends: base, schedules: { nightly: { lane: normal, mission: m, every: 1h } },",
    );
  await Deno.writeTextFile(`${fleet.folder}/letts.yaml`, text, { mode: 0o600 });
  const { stdout } = await fleet.cli(["__complete", "ctl", "schedules", "show", "ni"]);
  assertStringIncludes(stdout, "nightly");
});
