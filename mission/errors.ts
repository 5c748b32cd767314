/** What the runtime throws at a mission. A program tells them apart by `code`. @module */
import type { JsonValue } from "../protocol/json_value.ts";

/** The reasons for which the runtime throws. */
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

/** Any error that the runtime itself throws. */
export abstract class MissionError extends Error {
  /** Which error it is; the message is for people. */
  readonly code: MissionErrorCode;

  /** Named after the class that is being built. */
  constructor(code: MissionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** What is known about an input that was refused. */
export interface InputFacts extends ErrorOptions {
  /** Which error it is. Default `invalid_input`. */
  readonly code?: "invalid_input" | "missing_file";
  /** The dotted path that was asked for. */
  readonly path?: string;
  /** What stands there. */
  readonly found?: JsonValue;
}

/** The input is not what the mission needs. Uncaught, it ends the mission with the reason `invalid_input`. */
export class InvalidInputError extends MissionError {
  /** The dotted path that was asked for, or undefined when the input as a whole is meant. */
  readonly path: string | undefined;
  /** What stands at the path, or undefined when nothing does. */
  readonly found: JsonValue | undefined;

  /** Of the input as a whole, unless the facts name a path. */
  constructor(message: string, facts: InputFacts = {}) {
    super(facts.code ?? "invalid_input", message, facts);
    this.path = facts.path;
    this.found = facts.found;
  }
}

/** An input file that did not come with the mission. Uncaught, it counts as invalid input. */
export class MissingFileError extends InvalidInputError {
  /** The role that was asked for. */
  readonly role: string;

  /** With the whole message, which depends on where the mission runs. */
  constructor(role: string, message: string) {
    super(message, { code: "missing_file" });
    this.role = role;
  }
}

/** An output file that cannot be collected: not a regular file, or not there. */
export class InvalidOutputError extends MissionError {
  /** The key of the output file. */
  readonly key: string;
  /** Where the file was looked for. */
  readonly path: string;

  /** With a problem that reads on from the name of the file: `must not be a symbolic link`. */
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

  /** By a signal, such as `SIGTERM`. */
  constructor(signalName: string) {
    super("interrupted", `interrupted by ${signalName}`);
    this.signalName = signalName;
  }
}

/** A value that JSON cannot hold, or that is not an object where one is needed. */
export class NotJsonError extends MissionError {
  /** With the whole message. */
  constructor(message: string, options?: ErrorOptions) {
    super("not_json", message, options);
  }
}

/** A call that can only be a mistake in the mission, such as a progress of NaN or the exit code 256. */
export class UsageError extends MissionError {
  /** With the whole message. */
  constructor(message: string, options?: ErrorOptions) {
    super("invalid_usage", message, options);
  }
}

/** A second `mission()` or `Mission.start()` in one process. */
export class AlreadyStartedError extends MissionError {
  /** Takes nothing: the message is always the same. */
  constructor() {
    super("already_started", "this process already runs a mission: call mission() or Mission.start() once");
  }
}

/** A report after the ending, which must be the last. */
export class AlreadyEndedError extends MissionError {
  /** Takes nothing: the message is always the same. */
  constructor() {
    super("already_ended", "the mission has already reported how it ended");
  }
}

/** The process cannot be a mission: its environment or its control channel is not as a dugdale prepares it. */
export class MisconfiguredError extends MissionError {
  /** With the whole message. */
  constructor(message: string, options?: ErrorOptions) {
    super("misconfigured", message, options);
  }
}
