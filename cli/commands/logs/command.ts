/** The command line of `letts logs`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";
import { BY_ID_FLAGS, LOGS_FLAGS } from "../shared_flags.ts";

/** Prints output. */
export const LOGS: CommandSpec<[typeof BY_ID_FLAGS, typeof LOGS_FLAGS]> = {
  name: "logs",
  summary: "Print the output of a mission",
  about: ["With -o ndjson, the combined stream is printed as it was sent: one JSON object a chunk."],
  positionals: [{ name: "id", complete: "id" }],
  flags: [BY_ID_FLAGS, LOGS_FLAGS],
};
