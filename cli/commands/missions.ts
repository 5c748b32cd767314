/**
 * The part of the table for those who write missions.
 *
 * @module
 */
import { CHECK_MISSION_FLAGS } from "./check_mission/flags.ts";
import { command, type CommandGroup, group } from "../parse/grammar.ts";
import { NEW_MISSION_FLAGS } from "./new_mission/flags.ts";

/** Makes things. */
export const NEW: CommandGroup = group({ name: "new", summary: "Make a mission" }, [
  command({
    name: "mission",
    summary: "Make a mission and its test",
    about: [
      "Nothing is replaced. The test lies in tests/ below the missions, where nobody can dispatch it.",
    ],
    positionals: [{ name: "name" }],
    flags: [NEW_MISSION_FLAGS],
    examples: [
      { line: "letts new mission resize", means: "In TypeScript, in missions/" },
      { line: "letts new mission resize --lang py --dir /srv/missions", means: "In Python, somewhere else" },
    ],
    exits: [["2", "no mission can have that name, or a file exists"]],
    load: async () => (await import("./new_mission/new_mission.ts")).newMission,
  }),
]);

/** Looks at things. */
export const CHECK: CommandGroup = group({ name: "check", summary: "Check a mission" }, [
  command({
    name: "mission",
    summary: "Run a mission by hand and as a dugdale would, and tell what is wrong with it",
    about: [
      "Needs no dugdale. Tells every mistake on descriptor 3 by its line, what the outcome would be, and which output\n" +
      "files would be lost. Give it an input with which it should succeed. By hand, the input holds the paths of input\n" +
      "files under their roles. A mission that is executable and names its program in its first line is started by\n" +
      "itself, any other by its ending.",
    ],
    positionals: [{ name: "file", complete: "file" }],
    flags: [CHECK_MISSION_FLAGS],
    examples: [
      { line: "letts check mission missions/resize.ts --file image=a.png", means: "With an input file" },
      { line: "letts check mission missions/hello.sh -o json", means: "For programs" },
    ],
    exits: [["0", "it is clean; there may be notes"], ["1", "there are problems"]],
    load: async () => (await import("./check_mission/check_mission.ts")).checkMission,
  }),
]);
