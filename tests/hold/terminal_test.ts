import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Fleet, openFleet } from "../cli/fleet.ts";
import { onTerminal } from "../cli/terminal.ts";

const ignore = Deno.build.os !== "linux";
/** Renames the window, writes to the clipboard, erases the line above. */
const EVIL = "\x1b]0;owned\x07\x1b]52;c;cm0=\x07\x1b[1A\x1b[2K\x9b2J";
const SHOWN = "␛]0;owned␇";
/** JSON of an event, with the sequences as they are. */
const SCRIPT = `printf '%s\\n' '${EVIL}out'; printf '%s\\n' '${EVIL}err' >&2
printf '{"event":"progress","value":0.5,"message":"%s"}\\n' '${JSON.stringify(EVIL).slice(1, -1)}' >&3
printf '{"event":"fail","reason":"x","message":"%s"}\\n' '${JSON.stringify(EVIL).slice(1, -1)}bad' >&3`;

// deno-lint-ignore no-control-regex -- the sequences of the missions
const REACHED = /\x1b\]|\x07|\x1b\[1A|\x9b/;

/** The id of the mission that was dispatched last. */
async function lastMission(fleet: Fleet): Promise<string> {
  const { stdout } = await fleet.cli(["ctl", "missions", "list", "--host", "s1", "-o", "json"]);
  return /"mission_id": "([^"]+)"/.exec(stdout)?.[1] ?? stdout;
}

Deno.test({
  name: "nothing that a mission says moves the cursor, renames the window or writes to the clipboard",
  ignore,
  fn: async () => {
    await using fleet = await openFleet(1);
    await Deno.writeTextFile(`${fleet.folder}/missions/evil.sh`, `${SCRIPT}\n`);
    const run = ["run", "--route", "normal", "--mission", "evil"];
    for (const flags of [[], ["--no-progress"], ["-q"]]) {
      const screen = await onTerminal([...run, ...flags], fleet.folder);
      assertStringIncludes(screen, SHOWN, flags.join());
      assert(!REACHED.test(screen), JSON.stringify(screen));
    }
    const id = await lastMission(fleet);
    for (
      const args of [
        ["logs", id],
        ["logs", id, "--stream", "stdout"],
        ["logs", id, "-o", "ndjson"],
        ["events", id, "--host", "s1"],
        ["ctl", "missions", "show", id, "--host", "s1"],
        ["ctl", "missions", "list", "--host", "s1", "-o", "wide"],
        ["ctl", "missions", "list", "--host", "s1", "-o", "json"],
        ["ctl", "missions", "list", "--host", EVIL],
        [EVIL],
      ]
    ) {
      const screen = await onTerminal(args, fleet.folder);
      assert(!REACHED.test(screen), `${args.join(" ")}: ${JSON.stringify(screen)}`);
    }
    assertStringIncludes(await onTerminal(["logs", id, "--stream", "stdout"], fleet.folder), `${SHOWN}`);
  },
});

Deno.test({
  name: "--raw writes what was printed to a terminal as it is, and a pipe gets it in any case",
  ignore,
  fn: async () => {
    await using fleet = await openFleet(1);
    await Deno.writeTextFile(`${fleet.folder}/missions/evil.sh`, `${SCRIPT}\n`);
    const run = ["run", "--route", "normal", "--mission", "evil"];
    assertStringIncludes(await onTerminal([...run, "--raw"], fleet.folder), `${EVIL}out`);
    const id = await lastMission(fleet);
    const logs = ["logs", id, "--stream", "stdout"];
    assertEquals(await onTerminal([...logs, "--raw"], fleet.folder), `${EVIL}out\r\n`);
    assertEquals((await fleet.cli(logs)).stdout, `${EVIL}out\n`);
    const exec = ["exec", "--host", "s1", "--lane", "normal", "--", "printf", "%s", EVIL];
    assertStringIncludes(await onTerminal(exec, fleet.folder), SHOWN);
    assertStringIncludes(
      await onTerminal([...exec.slice(0, 5), "--raw", ...exec.slice(5)], fleet.folder),
      EVIL,
    );
  },
});
