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
    "Checks letts.yaml and who can read it, the services of dugdales on this machine, and of each dugdale: whether it\n" +
    "answers, takes each of the tokens and accepts missions, its clock, version and disk, whether it is as letts.yaml\n" +
    "wants it, and whether its missions and the programs that they need are there. Says what helps.",
  ],
  flags: [DOCTOR_FLAGS],
  exits: [["1", "a check failed"], ["3", "letts.yaml cannot be used"]],
};
