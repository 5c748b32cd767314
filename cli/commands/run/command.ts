/** The command line of `letts run`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";
import { MISSION_ARGUMENT, MISSION_FLAGS, TARGET_FLAGS } from "../shared_flags.ts";

/** Flags of `run` only. */
export const RUN_FLAGS = {
  "output-file": {
    type: "list",
    value: "ROLE=PATH",
    complete: "pair",
    help: "where to save an output file of a success; may be repeated",
  },
  "wait-timeout": {
    type: "text",
    value: "DURATION",
    help: "maximum wait; 0 means forever (default: --timeout plus 30s)",
  },
  "no-progress": { type: "switch", help: "no progress lines and no progress bar" },
  logs: { type: "switch", help: "with -o json: also print log lines on stderr" },
  raw: { type: "switch", help: "print control characters unchanged, not as symbols" },
  embedded: { type: "switch", help: "run a script here: --mission is its path, no letts.yaml is needed" },
} as const;

/** Runs a mission. */
export const RUN: CommandSpec<[typeof MISSION_FLAGS, typeof RUN_FLAGS, typeof TARGET_FLAGS]> = {
  name: "run",
  summary: "Run a mission and wait for its end",
  about: [
    "Shows events and log lines on stderr, and prints the return value on stdout. With several hosts in --host,\n" +
    "separated by commas, it runs on all of them in parallel.",
    "Without --route, --host and --lane it uses the route default, or the only lane of the only dugdale.",
    "Ctrl-C stops the waiting, not the mission.",
  ],
  positionals: [MISSION_ARGUMENT],
  flags: [MISSION_FLAGS, RUN_FLAGS, TARGET_FLAGS],
  examples: [
    { line: "letts run hello.sh", means: "Run a mission on the default route" },
    {
      line: "letts run --route normal --mission resize --file image=a.png --output-file image=b.png",
      means: "Send a file and fetch one",
    },
    {
      line: "letts run --embedded --mission ./report.ts --file log=access.log",
      means: "Run a script without any set-up",
    },
  ],
  exits: [
    ["0", "the mission succeeded"],
    ["1", "the mission failed, or an error without a code of its own"],
    ["124", "the wait timed out; the mission keeps running"],
    ["125", "killed, timeout, oom, crashed or lost"],
  ],
};
