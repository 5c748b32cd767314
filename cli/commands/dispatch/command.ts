/** The command line of `letts dispatch`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";
import { MISSION_FLAGS, TARGET_FLAGS } from "../shared_flags.ts";

/** Sends a mission. */
export const DISPATCH: CommandSpec<[typeof MISSION_FLAGS, typeof TARGET_FLAGS]> = {
  name: "dispatch",
  summary: "Send a mission and do not wait for it",
  about: [
    "Prints the id of the mission and its status as soon as the dugdale has accepted it.",
  ],
  flags: [MISSION_FLAGS, TARGET_FLAGS],
  examples: [
    {
      line: "letts dispatch --route normal --mission resize --input '{\"width\": 640}'",
      means: "Send to a route",
    },
    { line: "letts dispatch --lane batch --mission import --file data=a.csv", means: "Send a file along" },
  ],
};
