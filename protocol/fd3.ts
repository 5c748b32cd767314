/**
 * Lines of a mission on descriptor 3, its control channel: one compact JSON object on each line, ended by `\n`. These
 * are the lines as a mission writes them, which are untrusted.
 *
 * @module
 */
import type { JsonObject } from "./json_value.ts";

/** Progress of a mission. A line without `value` and without `message` is never written. */
export interface ProgressLine {
  readonly event: "progress";
  /** A fraction from 0 to 1; the range is not checked. */
  readonly value?: number | null;
  /** The current activity, for people. */
  readonly message?: string;
}

/** Declares `<workdir>/out/<key>` as an output file to collect after a success. Repeating a key has no effect. */
export interface OutputFileLine {
  readonly event: "output_file";
  /** A {@linkcode FileRole} in form; see `protocol/names.ts`. */
  readonly key: string;
}

/** The mission succeeded. Effective only if the process then exits with 0. */
export interface SuccessLine {
  readonly event: "success";
  /** The result; absent and null both mean that there is none. */
  readonly return?: JsonObject | null;
}

/** The mission failed. Effective only if the process then exits with another code than 0. */
export interface FailLine {
  readonly event: "fail";
  /** Human-readable reason. */
  readonly message?: string;
  /** Machine-readable reason; absent and empty both mean `explicit`. */
  readonly reason?: string;
  /** An integer without fraction or exponent. The actual exit status takes precedence. */
  readonly exit_code?: number;
  /** Details of the failure. */
  readonly details?: JsonObject | null;
  /**
   * For a retried mission: `false` for no further attempt, or the delay before it, such as `30s`. Only written if
   * `LETTS_ATTEMPTS` is set: an older dugdale does not support it.
   */
  readonly retry?: false | string;
}

/** The two lines that end a mission. The first one counts; another one is a violation. */
export type FinalLine = SuccessLine | FailLine;

/** A note about the run, for people. */
export interface NoteLine {
  /** Distinguishes the lines. */
  readonly event: "note";
  /** Not empty. */
  readonly text: string;
}

/** A problem that does not end the mission. */
export interface WarnLine {
  /** Distinguishes the lines. */
  readonly event: "warn";
  /** Not empty. */
  readonly message: string;
  /** Details. */
  readonly details?: JsonObject | null;
}

/** Facts about the run, for programs. A later line replaces the members that it names, and keeps the others. */
export interface MetaLine {
  /** Distinguishes the lines. */
  readonly event: "meta";
  /** The facts. */
  readonly fields: JsonObject;
}

/** The mission enters a named state. */
export interface StateLine {
  /** Distinguishes the lines. */
  readonly event: "state";
  /** Not empty. */
  readonly name: string;
}

/** How much a log line matters, in their order. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** A line of the mission's log. */
export interface LogLine {
  /** Distinguishes the lines. */
  readonly event: "log";
  /** How much it matters. */
  readonly level: LogLevel;
  /** What happened, for people. */
  readonly message: string;
  /** Facts beside the message. */
  readonly fields?: JsonObject | null;
}

/**
 * Reports on the way. A dugdale that supports these lines names them in `LETTS_FEATURES`; for an older one they are a
 * violation.
 */
export type SaidLine = NoteLine | WarnLine | MetaLine | StateLine | LogLine;

/** Any line of the control channel. */
export type ControlLine = ProgressLine | OutputFileLine | SaidLine | FinalLine;

/** Value of `event` in a line: the names known to a dugdale. */
export type ControlEvent = ControlLine["event"];

/** The names of {@linkcode ControlEvent}, for validation. */
export const CONTROL_EVENTS: readonly ControlEvent[] = [
  "progress",
  "output_file",
  "success",
  "fail",
  "note",
  "warn",
  "meta",
  "state",
  "log",
];

/** Limits of the {@linkcode SaidLine}s of one mission. */
export const SAID_LIMITS: {
  readonly notes: number;
  readonly warnings: number;
  /** Changes of the state; the current state is kept in any case. */
  readonly states: number;
  /** A text, and the details of a warning. */
  readonly textBytes: number;
  /** The name of a state. */
  readonly stateBytes: number;
  /** All facts together. */
  readonly metaBytes: number;
} = { notes: 64, warnings: 64, states: 256, textBytes: 16 * 1024, stateBytes: 256, metaBytes: 16 * 1024 };

/** Fail reasons used by the mission runtime in a {@linkcode FailLine}. */
export type RuntimeFailReason =
  /** The mission reported the failure itself. */
  | "explicit"
  /** An uncaught error. */
  | "uncaught_exception"
  /** The input, or an input file, is not what the mission needs. */
  | "invalid_input"
  /** It stopped because of SIGTERM or SIGINT. */
  | "interrupted"
  /** Its process exited with code 0 before its end. */
  | "no_result";
