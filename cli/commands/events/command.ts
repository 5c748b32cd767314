/** The command line of `letts events`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";
import { HOST_FLAG } from "../shared_flags.ts";

/** Flags of `events`. */
export const EVENTS_FLAGS = {
  follow: { type: "switch", help: "wait for further events until the mission is done" },
  from: { type: "int", value: "SEQ", default: 0, help: "only events after this one" },
} as const;

/** Prints events. */
export const EVENTS: CommandSpec<[typeof HOST_FLAG, typeof EVENTS_FLAGS]> = {
  name: "events",
  summary: "Print the events of a mission",
  positionals: [{ name: "id" }],
  flags: [HOST_FLAG, EVENTS_FLAGS],
};
