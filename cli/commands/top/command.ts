/** The command line of `letts top`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Options of `top`. */
export const TOP_FLAGS = {
  match: { type: "csv", value: "LABELS", complete: "label", help: "only dugdales with all of these labels" },
  interval: { type: "text", value: "DURATION", default: "1s", help: "time between two looks" },
  once: { type: "switch", help: "look once and print it" },
} as const;

/** Shows the activity of all dugdales. */
export const TOP: CommandSpec<[typeof TOP_FLAGS]> = {
  name: "top",
  summary: "Watch the activity of all dugdales",
  about: [
    "Keys: the arrows move, Enter shows a mission or a lane, l the output of a mission, k kills it, p pauses a lane\n" +
    "or continues it, / filters, q leaves.",
  ],
  flags: [TOP_FLAGS],
  exits: [["4", "no dugdale could be reached, with --once"]],
};
