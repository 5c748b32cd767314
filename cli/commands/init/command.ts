/** The command line of `letts init`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** What `init` creates. */
export const INIT_FLAGS = {
  port: { type: "int", value: "PORT", default: 7180, help: "port of the dugdale" },
  force: { type: "switch", help: "replace files that exist" },
  examples: {
    type: "switch",
    help: "also write letts.example.yaml and dugdale.example.yaml, which explain every key",
  },
} as const;

/** Writes files to start with. */
export const INIT: CommandSpec<[typeof INIT_FLAGS]> = {
  name: "init",
  summary: "Create the files for a dugdale on this machine",
  about: [
    "Creates letts.yaml and dugdale.yaml with new tokens, a shell script that starts missions, and a first mission.\n" +
    "A .gitignore excludes tokens and state from Git; existing files are not changed.",
  ],
  positionals: [{ name: "folder", optional: true, complete: "folder" }],
  flags: [INIT_FLAGS],
};
