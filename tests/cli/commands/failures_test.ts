import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Fleet, openFleet } from "../fleet.ts";

const HOST = ["--host", "s1"];

/** A dugdale on which `fails` and `reason` have failed, `hello` has not. */
async function open(): Promise<Fleet> {
  const fleet = await openFleet();
  for (const mission of ["fails", "fails", "reason", "hello"]) {
    await fleet.cli(["run", ...HOST, "--lane", "normal", "--mission", mission, "--input", '{"n":1}']);
  }
  return fleet;
}

Deno.test("letts ctl failures list counts by mission and reason, in every format", async () => {
  await using fleet = await open();
  const { code, stdout, stderr } = await fleet.cli(["ctl", "failures", "list", ...HOST]);
  assertEquals([code, stderr], [0, ""]);
  const [title, first, second, sum, end] = stdout.split("\n");
  assertMatch(title ?? "", /^COUNT +MISSION +OUTCOME +REASON +FIRST +LAST +LAST_MISSION *$/);
  assertMatch(first ?? "", /^2 +fails +failed +\S+ +\S+Z +\S+Z +[0-9a-f-]{36} *$/);
  assertMatch(second ?? "", /^1 +reason +failed +quota +\S+Z +\S+Z +[0-9a-f-]{36} *$/);
  assertEquals([sum, end], ["3 failed missions in 2 groups", ""]);
  const json = JSON.parse((await fleet.cli(["ctl", "failures", "list", ...HOST, "-o", "json"])).stdout);
  assertEquals([json.total, json.groups[0].last_message], [3, "no such video"]);
  const none = await fleet.cli(["ctl", "failures", "list", ...HOST, "--until", "2h"]);
  assertEquals(none.stdout, "0 failed missions in 0 groups\n");
});

Deno.test("letts ctl missions list --failed lists what failed", async () => {
  await using fleet = await open();
  const list = await fleet.cli(["ctl", "missions", "list", ...HOST, "--failed", "-o", "json"]);
  const names = JSON.parse(list.stdout).missions.map(({ mission_name }: { mission_name: string }) =>
    mission_name
  );
  assertEquals(names, ["reason", "fails", "fails"]);
  const both = await fleet.cli(["ctl", "missions", "list", ...HOST, "--failed", "--outcome", "lost"]);
  assertEquals([both.code, both.stderr.includes("cannot be used together")], [2, true]);
});

Deno.test("letts ctl failures retry shows counts first, asks, and runs all that match again with other inputs", async () => {
  await using fleet = await open();
  const match = [
    "ctl",
    "failures",
    "retry",
    ...HOST,
    "--outcome",
    "failed",
    "--since",
    "2h",
    "--mission",
    "fails",
  ];
  const dry = await fleet.cli([...match, "--dry-run"]);
  assertEquals([dry.code, dry.stderr], [0, ""]);
  assertStringIncludes(dry.stdout, "2 failed missions in 1 group\n");
  const no = await fleet.cli(match, { stdin: "n\n" });
  assertEquals([no.code, no.stdout], [1, ""]);
  assertStringIncludes(no.stderr, "retry 2 missions? [y/N]: ");
  const yes = await fleet.cli([...match, "--yes", "--set", "n=12345678901234567890", "--set", "mirror=eu-2"]);
  assertEquals(yes.code, 0, yes.stderr);
  const ids = yes.stdout.trimEnd().split("\n");
  assertEquals(ids.length, 2);
  for (const id of ids) {
    const { stdout } = await fleet.cli(["ctl", "missions", "show", id]);
    assertStringIncludes(stdout, `"n": 12345678901234567890`);
    assertStringIncludes(stdout, `"mirror": "eu-2"`);
  }
  const bad = await fleet.cli([...match, "--yes", "--set", "novalue"]);
  assertEquals([bad.code, bad.stderr.includes("must be key=value")], [2, true]);
});

Deno.test("letts ctl failures delete removes what matches, as many as are asked for", async () => {
  await using fleet = await open();
  const one = await fleet.cli(["ctl", "failures", "delete", ...HOST, "--yes", "--limit", "1"]);
  assertEquals([one.code, one.stdout.trimEnd().split("\n").length], [0, 1]);
  const rest = await fleet.cli(["ctl", "failures", "delete", ...HOST, "--yes", "--reason", "nothing"]);
  assertEquals([rest.code, rest.stderr], [0, "letts: no failed mission matches\n"]);
  await fleet.cli(["ctl", "failures", "delete", ...HOST, "--yes"]);
  const list = await fleet.cli(["ctl", "failures", "list", ...HOST]);
  assertEquals(list.stdout, "0 failed missions in 0 groups\n");
});
