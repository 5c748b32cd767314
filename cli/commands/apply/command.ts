/** The command line of `letts apply`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Files, dugdales, and options of the change. */
export const APPLY_FLAGS = {
  file: {
    type: "list",
    short: "f",
    value: "FILE",
    complete: "file",
    required: true,
    help: "letts.yaml to apply; later files are merged over earlier ones",
  },
  host: { type: "csv", value: "HOSTS", complete: "host", help: "only these dugdales, by id or alias" },
  match: { type: "csv", value: "LABELS", complete: "label", help: "only dugdales with all of these labels" },
  "dry-run": { type: "switch", help: "show what would change and change nothing" },
  force: { type: "switch", help: "change mission directory or runtime although missions wait or run" },
  prune: { type: "switch", help: "remove lanes that the file does not name" },
  "force-prune": { type: "switch", help: "as --prune, also lanes with missions, which are ended" },
} as const;

/** Sends the settings of letts.yaml to dugdales. */
export const APPLY: CommandSpec<[typeof APPLY_FLAGS]> = {
  name: "apply",
  summary: "Send the settings of letts.yaml to dugdales",
  about: [
    "Sends lanes, labels, mission directory and runtime. Lanes that the file does not name are kept without --prune.\n" +
    "Waits up to three seconds for a dugdale on this machine that was just started.",
  ],
  flags: [APPLY_FLAGS],
  examples: [
    { line: "letts apply -f letts.yaml --dry-run", means: "Show what would change" },
    {
      line: "letts apply -f letts.yaml -f lanes.yaml --host web1",
      means: "Lay one file over another, for one dugdale",
    },
  ],
  exits: [["1", "a dugdale refused, or could not be reached"], ["3", "a file cannot be used"]],
};
