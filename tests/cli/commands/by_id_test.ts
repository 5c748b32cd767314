import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openFleet } from "../fleet.ts";
import { onTerminal } from "../terminal.ts";

/** The first 48 bits of a UUIDv7: a time, taken once, so that both ids are of one millisecond. */
const MOMENT = Date.now().toString(16).padStart(12, "0").replace(/^(.{8})/, "$1-");
const A = `${MOMENT}-7000-8000-00000000000a`;
const B = `${MOMENT}-7000-8000-00000000000b`;

Deno.test("letts takes the beginning of an id wherever it takes the id of a mission", async () => {
  await using fleet = await openFleet(2);
  const send = (host: string, id: string) =>
    fleet.cli(["dispatch", "--host", host, "--lane", "paused", "--mission-id", id, "hello"]);
  assertEquals((await send("s2", A)).code, 0);
  for (const short of [A.slice(0, 6), A.slice(0, 8), A.slice(0, 10), A.slice(0, 35)]) {
    const shown = await fleet.cli(["ctl", "missions", "show", short]);
    assertEquals([shown.stderr, JSON.parse(shown.stdout).mission_id], ["", A]);
  }
  assertStringIncludes((await fleet.cli(["events", A.slice(0, 8)])).stdout, `"event":"queued"`);
  assertEquals((await fleet.cli(["logs", A.slice(0, 8)])).code, 0);
  assertEquals((await send("s1", B)).code, 0);
  const several = await fleet.cli(["ctl", "missions", "kill", A.slice(0, 13)]);
  assertEquals(
    [several.code, several.stderr],
    [1, `letts: several ids begin with ${A.slice(0, 13)}, such as ${B} on s1, ${A} on s2\n`],
  );
  assertEquals((await fleet.cli(["ctl", "missions", "kill", A.slice(0, 13), "--host", "s2"])).code, 0);
  assertEquals(JSON.parse((await fleet.cli(["ctl", "missions", "show", A])).stdout).outcome, "killed");
  assertEquals((await fleet.cli(["ctl", "missions", "delete", B.slice(0, 35), "--match", "l1"])).code, 0);
  const none = await fleet.cli(["ctl", "missions", "show", "0000000"]);
  assertEquals([none.code, none.stderr], [1, "letts: no id begins with 0000000 on any of the 2 dugdales\n"]);
  for (const wrong of ["12345", "abcdefg", A.toUpperCase()]) {
    assertEquals((await fleet.cli(["ctl", "missions", "show", wrong])).code, 2, wrong);
  }
});

Deno.test("letts ctl missions show prints a record for people on a terminal, and JSON there when asked to", async () => {
  await using fleet = await openFleet();
  const ended = await fleet.cli(["run", "-q", "--lane", "normal", "reason"]);
  assertEquals(ended.code, 1);
  const { missions: [{ mission_id: id }] } = JSON.parse(
    (await fleet.cli(["ctl", "missions", "list", "-o", "json"])).stdout,
  );
  // deno-lint-ignore no-control-regex -- colours
  const shown = (await onTerminal(["ctl", "missions", "show", id], fleet.folder)).replace(/\x1b\[\d+m/g, "");
  for (
    const line of [
      `mission_id +${id}`,
      "host +s1",
      "outcome +failed",
      "fail_reason +quota",
      "fail_message +full",
    ]
  ) assertMatch(shown, new RegExp(`^${line}\r$`, "m"));
  assertMatch(shown, /^time_created +\d{4}-\d\d-\d\dT\S+Z \((just now|\d+[sm] ago)\)\r$/m);
  assertMatch(shown, /^duration_ms +\d+(\.\d)?m?s\r$/m);
  const json = await onTerminal(["ctl", "missions", "show", id, "-o", "json"], fleet.folder);
  assertEquals(JSON.parse(json).mission_id, id);
});
