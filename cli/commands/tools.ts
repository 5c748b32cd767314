/**
 * The part of the table that helps people along.
 *
 * @module
 */
import { DEV_FLAGS, DOCTOR_FLAGS, INIT_FLAGS, MAN_FLAGS, TOP_FLAGS } from "./tool_flags.ts";
import { type Command, command } from "../parse/grammar.ts";

/** Commands that make, look and explain. */
export const TOOLS: readonly Command[] = [
  command({
    name: "init",
    summary: "Make the files for a dugdale on this machine",
    about: ["Writes letts.yaml and dugdale.yaml with new tokens, and a first mission."],
    positionals: [{ name: "folder", optional: true, complete: "folder" }],
    flags: [INIT_FLAGS],
    load: async () => (await import("./init/init.ts")).init,
  }),
  command({
    name: "dev",
    summary: "Run a dugdale for the missions of a folder until Ctrl-C",
    about: [
      "Needs no files: every script of the folder is a mission, by its file name. Without a folder it takes missions/\n" +
      "beside letts.yaml, where letts init puts them, or else the current one. Prints which it is, and what to set so\n" +
      "that other commands find the dugdale.",
    ],
    positionals: [{ name: "folder", optional: true, complete: "folder" }],
    flags: [DEV_FLAGS],
    load: async () => (await import("./dev/dev.ts")).dev,
  }),
  command({
    name: "doctor",
    summary: "Look for what is wrong between here and the dugdales",
    about: [
      "Checks letts.yaml and who can read it, and of each dugdale: whether it answers and takes each of the tokens, its\n" +
      "clock, version and disk, and whether it is as letts.yaml wants it. Says what helps.",
    ],
    flags: [DOCTOR_FLAGS],
    exits: [["1", "something is wrong"], ["3", "letts.yaml cannot be used"]],
    load: async () => (await import("./doctor/doctor.ts")).doctor,
  }),
  command({
    name: "top",
    summary: "Watch what all dugdales do",
    flags: [TOP_FLAGS],
    load: async () => (await import("./top/top.ts")).top,
  }),
  command({
    name: "man",
    summary: "Print a manual page, or write all of them",
    positionals: [{ name: "command", rest: true }],
    flags: [MAN_FLAGS],
    examples: [{ line: "letts man --dir ~/.local/share/man/man1", means: "Make man letts-run work" }],
    load: async () => (await import("./man.ts")).man,
  }),
];
