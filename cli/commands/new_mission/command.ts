/** The command line of `letts new mission`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Name and folder of the new mission. */
export const NEW_MISSION_FLAGS = {
  lang: {
    type: "text",
    value: "LANG",
    choices: ["ts", "sh", "py", "php", "js"],
    default: "ts",
    help: "language, by file extension",
  },
  dir: {
    type: "text",
    value: "FOLDER",
    complete: "folder",
    default: "missions",
    help: "folder of missions",
  },
} as const;

/** Writes a new mission. */
export const NEW: CommandSpec<[typeof NEW_MISSION_FLAGS]> = {
  name: "mission",
  summary: "Create a mission and its test",
  about: [
    "Existing files are not replaced. The test is created in tests/ below the missions, where it is not a mission itself.",
    "One in TypeScript comes with a copy of the runtime in .letts/, which needs no network, and with a deno.json\n" +
    "that leads there; a deno.json that exists is left as it is.",
  ],
  positionals: [{ name: "name" }],
  flags: [NEW_MISSION_FLAGS],
  examples: [
    { line: "letts new mission resize", means: "In TypeScript, in missions/" },
    { line: "letts new mission resize --lang py --dir /srv/missions", means: "In Python, somewhere else" },
  ],
  exits: [["2", "no mission can have that name, or a file exists"]],
};
