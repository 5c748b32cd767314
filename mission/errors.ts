/** Errors thrown by the runtime. Programs distinguish them by `code`. @module */
import type { JsonValue } from "../protocol/json_value.ts";

/** Codes of the runtime's errors. */
export type MissionErrorCode =
  | "invalid_input"
  | "missing_file"
  | "invalid_output"
  | "interrupted"
  | "not_json"
  | "invalid_usage"
  | "already_started"
  | "already_ended"
  | "misconfigured";

/** Base class of errors thrown by the runtime. */
export abstract class MissionError extends Error {
  /** Identifies the error; the message is for people. */
  readonly code: MissionErrorCode;

  /** Named after the concrete class. */
  constructor(code: MissionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Details of an invalid input. */
export interface InputFacts extends ErrorOptions {
  /** Error code. Default `invalid_input`. */
  readonly code?: "invalid_input" | "missing_file";
  /** The requested dotted path. */
  readonly path?: string;
  /** The value found. */
  readonly found?: JsonValue;
}

/** The input is not what the mission needs. Uncaught, it ends the mission with the reason `invalid_input`. */
export class InvalidInputError extends MissionError {
  /** The requested dotted path, or undefined if the whole input is invalid. */
  readonly path: string | undefined;
  /** The value at the path, or undefined if there is none. */
  readonly found: JsonValue | undefined;

  /** About the whole input, unless the details name a path. */
  constructor(message: string, facts: InputFacts = {}) {
    super(facts.code ?? "invalid_input", message, facts);
    this.path = facts.path;
    this.found = facts.found;
  }
}

/** A missing input file. Uncaught, it counts as invalid input. */
export class MissingFileError extends InvalidInputError {
  /** The requested role. */
  readonly role: string;

  /** Takes the whole message, which depends on where the mission runs. */
  constructor(role: string, message: string) {
    super(message, { code: "missing_file" });
    this.role = role;
  }
}

/** An output file cannot be collected: it is missing, or not a regular file. */
export class InvalidOutputError extends MissionError {
  /** The key of the output file. */
  readonly key: string;
  /** The expected path of the file. */
  readonly path: string;

  /** Takes a problem that follows the name of the file: `must not be a symbolic link`. */
  constructor(key: string, path: string, problem: string) {
    super("invalid_output", `output file "${key}" ${problem}: ${path}`);
    this.key = key;
    this.path = path;
  }
}

/** The reason of a mission's abort signal: the mission was asked to stop. */
export class InterruptedError extends MissionError {
  /** `SIGTERM` or `SIGINT`. */
  readonly signalName: string;

  /** Takes the signal, such as `SIGTERM`. */
  constructor(signalName: string) {
    super("interrupted", `interrupted by ${signalName}`);
    this.signalName = signalName;
  }
}

/** A value cannot be represented in JSON, or is not an object where one is required. */
export class NotJsonError extends MissionError {
  /** Takes the whole message. */
  constructor(message: string, options?: ErrorOptions) {
    super("not_json", message, options);
  }
}

/** Invalid usage of the runtime, such as a progress of NaN or the exit code 256. */
export class UsageError extends MissionError {
  /** Takes the whole message. */
  constructor(message: string, options?: ErrorOptions) {
    super("invalid_usage", message, options);
  }
}

/** A second `mission()` or `Mission.start()` in one process. */
export class AlreadyStartedError extends MissionError {
  /** Takes nothing: the message is fixed. */
  constructor() {
    super("already_started", "this process already runs a mission: call mission() or Mission.start() once");
  }
}

/** A report after the ending, which must be the last. */
export class AlreadyEndedError extends MissionError {
  /** Takes nothing: the message is fixed. */
  constructor() {
    super("already_ended", "the mission has already reported how it ended");
  }
}

/** The process cannot be a mission: its environment or control channel is not that of a dugdale. */
export class MisconfiguredError extends MissionError {
  /** Takes the whole message. */
  constructor(message: string, options?: ErrorOptions) {
    super("misconfigured", message, options);
  }
}
