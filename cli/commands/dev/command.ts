/** The command line of `letts dev`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Listening options of `dev`. */
export const DEV_FLAGS = {
  port: { type: "int", value: "PORT", default: 0, help: "port; 0 takes a free one" },
  concurrency: { type: "int", value: "N", default: 4, help: "missions at the same time" },
  "data-dir": {
    type: "text",
    value: "FOLDER",
    complete: "folder",
    help: "directory of missions and files (default: temporary, removed at the end)",
  },
} as const;

/** Runs a dugdale for development. */
export const DEV: CommandSpec<[typeof DEV_FLAGS]> = {
  name: "dev",
  summary: "Run a dugdale for the missions of a folder until Ctrl-C",
  about: [
    "Needs no configuration: every script of the folder is a mission, by its file name. The default folder is missions/\n" +
    "beside letts.yaml, where letts init puts them, or the current one. Prints the folder, and the variable with which\n" +
    "other commands find the dugdale, and a link to the web UI.",
  ],
  positionals: [{ name: "folder", optional: true, complete: "folder" }],
  flags: [DEV_FLAGS],
};
