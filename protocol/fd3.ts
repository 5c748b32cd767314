/**
 * What a mission says on descriptor 3, its control channel: one compact JSON object a line, ended by `\n`.
 * These are the lines as a mission writes them, which are untrusted.
 *
 * @module
 */
import type { JsonObject } from "./json_value.ts";

/** How far a mission is. A line without `value` and without `message` is never written. */
export interface ProgressLine {
  readonly event: "progress";
  /** A fraction from 0 to 1; the range is not checked. */
  readonly value?: number | null;
  /** What is being done, for people. */
  readonly message?: string;
}

/** Declares `<workdir>/out/<key>` as a result to collect after a success. Repeating a key changes nothing. */
export interface OutputFileLine {
  readonly event: "output_file";
  /** A {@linkcode FileRole} in form; see `protocol/names.ts`. */
  readonly key: string;
}

/** The mission succeeded. Counts only if the process then exits with 0. */
export interface SuccessLine {
  readonly event: "success";
  /** The result; absent and null both mean that there is none. */
  readonly return?: JsonObject | null;
}

/** The mission failed. Counts only if the process then exits with another code than 0. */
export interface FailLine {
  readonly event: "fail";
  /** What went wrong, as text for people. */
  readonly message?: string;
  /** What went wrong, for programs; absent and empty both mean `explicit`. */
  readonly reason?: string;
  /** An integer written without fraction or exponent. The status of the process is what counts. */
  readonly exit_code?: number;
  /** Facts about the failure. */
  readonly details?: JsonObject | null;
  /**
   * Whether another attempt makes sense, for a mission that is retried: `false`, or the pause before it, such as `30s`.
   * Only written where `LETTS_ATTEMPTS` is set: an older dugdale does not know it.
   */
  readonly retry?: false | string;
}

/** The two lines that end a mission. The first one counts; another one is a violation. */
export type FinalLine = SuccessLine | FailLine;

/** Something worth knowing about the run, for people. */
export interface NoteLine {
  readonly event: "note";
  /** Not empty. */
  readonly text: string;
}

/** Something that should not have happened, and that the mission can live with. */
export interface WarnLine {
  readonly event: "warn";
  /** Not empty. */
  readonly message: string;
  /** Facts about it. */
  readonly details?: JsonObject | null;
}

/** Facts about the run, for programs. A later line replaces the members that it names, and keeps the others. */
export interface MetaLine {
  readonly event: "meta";
  readonly fields: JsonObject;
}

/** The mission is in a named state from now on. */
export interface StateLine {
  readonly event: "state";
  /** Not empty. */
  readonly name: string;
}

/**
 * What a mission says on its way. A dugdale that knows these lines names them in `LETTS_FEATURES`; to an older one they
 * are a violation.
 */
export type SaidLine = NoteLine | WarnLine | MetaLine | StateLine;

/** Any line of the control channel. */
export type ControlLine = ProgressLine | OutputFileLine | SaidLine | FinalLine;

/** The `event` of a line: the only names that a dugdale knows. */
export type ControlEvent = ControlLine["event"];

/** The names of {@linkcode ControlEvent}, for readers that have to check one. */
export const CONTROL_EVENTS: readonly ControlEvent[] = [
  "progress",
  "output_file",
  "success",
  "fail",
  "note",
  "warn",
  "meta",
  "state",
];

/** What is kept of the {@linkcode SaidLine}s of one mission. */
export const SAID_LIMITS: {
  readonly notes: number;
  readonly warnings: number;
  /** Of changes of the state; the present state is known beyond them. */
  readonly states: number;
  /** Of one text, and of the details of one warning. */
  readonly textBytes: number;
  /** Of the name of a state. */
  readonly stateBytes: number;
  /** Of all fields together. */
  readonly metaBytes: number;
} = { notes: 64, warnings: 64, states: 256, textBytes: 16 * 1024, stateBytes: 256, metaBytes: 16 * 1024 };

/** The reasons that the mission runtime of this project gives in a {@linkcode FailLine}. */
export type RuntimeFailReason =
  /** The mission reported the failure itself. */
  | "explicit"
  /** An error was thrown and not caught. */
  | "uncaught_exception"
  /** The input, or a file that should have come with it, is not what the mission needs. */
  | "invalid_input"
  /** It stopped because of SIGTERM or SIGINT. */
  | "interrupted"
  /** Its process ended with exit code 0 in the middle of the work. */
  | "no_result";
