import { assertEquals, assertMatch } from "@std/assert";
import { openFleet } from "../fleet.ts";
import { onTerminal } from "../terminal.ts";

const AUDIT = ["ctl", "audit", "--host", "s1"];

Deno.test("letts ctl audit prints records as JSON in a pipe, and as lines for people on a terminal", async () => {
  await using fleet = await openFleet(1, { audit: { enabled: true } });
  const sent = await fleet.cli(["dispatch", "--host", "s1", "--lane", "paused", "--mission", "hello"]);
  const [id = ""] = sent.stdout.split("\t");
  await fleet.cli(["ctl", "missions", "kill", id, "--host", "s1"]);
  const all = await fleet.cli([...AUDIT, "--since", "1h"]);
  assertEquals([all.code, all.stderr], [0, ""]);
  const records = all.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ id, actor, action }) => [id, actor, action]), [
    [1, "admin-token", "admin.apply"],
    [2, "dispatch-token", "mission.dispatch"],
    [3, "admin-token", "mission.kill"],
  ]);
  const only = async (...flags: string[]) =>
    (await fleet.cli([...AUDIT, ...flags])).stdout.split("\n").slice(0, -1).map((line) =>
      JSON.parse(line).id
    );
  assertEquals(await only("--actor", "admin-token"), [1, 3]);
  assertEquals(await only("--action", "mission", "--from", "2"), [3]);
  assertEquals(await only("--target", id), [2, 3]);
  assertEquals(await only("--until", "1d"), []);
  const shown = await onTerminal([...AUDIT, "--action", "mission.kill"], fleet.folder);
  // deno-lint-ignore no-control-regex -- colours are control characters
  const plain = shown.replace(/\x1b\[[0-9;]*m/g, "");
  assertMatch(
    plain,
    new RegExp(
      `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  mission.kill ${id}  admin-token 127.0.0.1 kind=mission from_status=queued\r\n$`,
    ),
  );
});

Deno.test("letts ctl audit of a dugdale that records nothing says so and exits with 1", async () => {
  await using fleet = await openFleet();
  const { code, stdout, stderr } = await fleet.cli(AUDIT);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /feature_disabled.*audit\.enabled is false/);
});

Deno.test("letts ctl whoami prints name, scopes and limits of a token", async () => {
  await using fleet = await openFleet();
  const whoami = ["ctl", "whoami", "--host", "s1"];
  const { code, stdout } = await fleet.cli(whoami);
  assertEquals([code, stdout], [
    0,
    "name:      dispatch-token\nscopes:    dispatch\nlanes:     all\nmissions:  all\nread only: no\nexpires:   never\n",
  ]);
  const admin = await fleet.cli([...whoami, "--scope", "admin", "-o", "json"]);
  assertEquals(JSON.parse(admin.stdout), { name: "admin-token", scopes: ["admin"], read_only: false });
});
