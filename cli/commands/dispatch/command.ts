/** The command line of `letts dispatch`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";
import { MISSION_ARGUMENT, MISSION_FLAGS, TARGET_FLAGS } from "../shared_flags.ts";

/** Flags of `dispatch` only. */
export const DISPATCH_FLAGS = {
  count: {
    type: "int",
    value: "N",
    help: "send it this many times, up to 1000 in one request, each with its own id",
  },
} as const;

/** Sends a mission. */
export const DISPATCH: CommandSpec<[typeof MISSION_FLAGS, typeof TARGET_FLAGS, typeof DISPATCH_FLAGS]> = {
  name: "dispatch",
  summary: "Send a mission without waiting for it",
  about: [
    "Prints the id of the mission and its status as soon as the dugdale has accepted it.",
    "With --count, prints one line for each mission.",
    "With --unique, prints the existing mission with the key, and deduplicated, if nothing was started.",
  ],
  positionals: [MISSION_ARGUMENT],
  flags: [MISSION_FLAGS, TARGET_FLAGS, DISPATCH_FLAGS],
  examples: [
    {
      line: "letts dispatch --route normal --mission resize --input '{\"width\": 640}'",
      means: "Send to a route",
    },
    { line: "letts dispatch --lane batch --mission import --file data=a.csv", means: "Send a file along" },
    { line: "letts dispatch --route normal --mission probe --count 100", means: "Send a hundred of them" },
    {
      line: "letts dispatch --route normal --mission bill --key order-42 --unique kept",
      means: "Once for this order; letts ctl missions show key:order-42 finds it",
    },
  ],
};
