/** The command line of `letts doctor`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Which dugdales `doctor` checks. */
export const DOCTOR_FLAGS = {
  match: { type: "csv", value: "LABELS", complete: "label", help: "only dugdales with all of these labels" },
} as const;

/** Checks configuration and dugdales. */
export const DOCTOR: CommandSpec<[typeof DOCTOR_FLAGS]> = {
  name: "doctor",
  summary: "Check letts.yaml and every dugdale",
  about: [
    "Checks letts.yaml and who can read it, and of each dugdale: whether it answers and takes each of the tokens, its\n" +
    "clock, version and disk, and whether it is as letts.yaml wants it. Says what helps.",
  ],
  flags: [DOCTOR_FLAGS],
  exits: [["1", "a check failed"], ["3", "letts.yaml cannot be used"]],
};
