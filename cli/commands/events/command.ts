/** The command line of `letts events`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";
import { BY_ID_FLAGS } from "../shared_flags.ts";

/** Flags of `events`. */
export const EVENTS_FLAGS = {
  follow: { type: "switch", help: "wait for further events until the mission is done" },
  from: { type: "int", value: "SEQ", default: 0, help: "only events after this one" },
} as const;

/** Prints events. */
export const EVENTS: CommandSpec<[typeof BY_ID_FLAGS, typeof EVENTS_FLAGS]> = {
  name: "events",
  summary: "Print the events of a mission",
  about: [
    "Readable lines on a terminal; in a pipe, or with -o json, the JSON as it was sent.",
  ],
  positionals: [{ name: "id", complete: "id" }],
  flags: [BY_ID_FLAGS, EVENTS_FLAGS],
};
