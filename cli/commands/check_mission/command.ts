/** The command line of `letts check mission`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Input, files and limits of the mission. */
export const CHECK_MISSION_FLAGS = {
  input: { type: "text", value: "JSON", help: "input, as JSON (default {})" },
  "input-file": {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "file with the input; - means standard input",
  },
  file: { type: "list", value: "ROLE=PATH", complete: "pair", help: "input file; may be repeated" },
  timeout: { type: "text", value: "DURATION", default: "1m", help: "how long each of the two runs may take" },
} as const;

/** Checks a mission. */
export const CHECK: CommandSpec<[typeof CHECK_MISSION_FLAGS]> = {
  name: "mission",
  summary: "Run a mission by hand and as a dugdale would, and report problems",
  about: [
    "Needs no dugdale. Reports every error on descriptor 3 with its line, the outcome, and output files that would\n" +
    "be lost. Use an input with which the mission should succeed. By hand, the input contains the paths of input\n" +
    "files under their roles. A mission that is executable and has a first line (#!) is started directly, any other\n" +
    "according to its extension.",
  ],
  positionals: [{ name: "file", complete: "file" }],
  flags: [CHECK_MISSION_FLAGS],
  examples: [
    { line: "letts check mission missions/resize.ts --file image=a.png", means: "With an input file" },
    { line: "letts check mission missions/hello.sh -o json", means: "For programs" },
  ],
  exits: [["0", "no problems; there may be notes"], ["1", "there are problems"]],
};
