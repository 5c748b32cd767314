/**
 * Everything that the client throws on purpose. A program tells the errors apart by class or by `code`; the message
 * is for people.
 *
 * @module
 */
import { isProblemCode, type ProblemCode, PROBLEMS } from "../protocol/problem.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { RunResult } from "./types.ts";

/** The codes of failures that no dugdale sent. */
export type LocalCode =
  | "bad_argument"
  | "config"
  | "missing_variable"
  | "no_matching_dugdale"
  | "network"
  | "timeout"
  | "bad_reply"
  | "stream_given_up"
  | "file_unreadable"
  | "file_unwritable"
  | "unsafe_role"
  | "size_mismatch"
  | "digest_mismatch"
  | "wait_timeout"
  | "mission_failed"
  | "mission_not_found"
  | "invalid_input"
  | "invalid_return"
  | "aborted";

/** The code of an error: one of ours, one of a dugdale's, or one that only another version of dugdale knows. */
export type LettsErrorCode = LocalCode | ProblemCode | (string & Record<never, never>);

/** Facts about a failure, all of them optional. */
export interface LettsErrorFacts {
  /** HTTP status, when a dugdale answered. */
  readonly status?: number | undefined;
  /** Facts that the dugdale sent along. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  /** How long the dugdale asks to wait before the next try. */
  readonly retryAfterMs?: number | undefined;
  /** Id of the dugdale. */
  readonly host?: string | undefined;
  /** The mission that was meant, also when it is not sure whether the dugdale knows it. */
  readonly missionId?: string | undefined;
  /** What was caught. */
  readonly cause?: unknown;
}

/** Any error of the client. */
export class LettsError extends Error {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "LettsError";
  /** Machine-readable reason. */
  readonly code: LettsErrorCode;
  /** Whether sending the same call again, after a pause, may work. */
  readonly retryable: boolean;
  /** HTTP status, when a dugdale answered. */
  readonly status: number | undefined;
  /** Facts that the dugdale sent along. */
  readonly details: Readonly<Record<string, JsonValue>> | undefined;
  /** How long the dugdale asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
  /** Id of the dugdale, once it is known. */
  readonly host: string | undefined;
  /** The mission that was meant, also when it is not sure whether the dugdale knows it. */
  readonly missionId: string | undefined;

  /** Code and status decide whether it is `retryable`; a subclass fixes its own code. */
  constructor(code: LettsErrorCode, message: string, facts: LettsErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status;
    this.details = facts.details;
    this.retryAfterMs = facts.retryAfterMs;
    this.host = facts.host;
    this.missionId = facts.missionId;
    this.retryable = isRetryable(code, facts.status);
  }
}

function isRetryable(code: LettsErrorCode, status: number | undefined): boolean {
  if (code === "network" || code === "timeout" || code === "bad_reply" || code === "stream_given_up") {
    return true;
  }
  if (isProblemCode(code)) return PROBLEMS[code].retry !== "never";
  return status !== undefined && status >= 500;
}

/** A call that can only be a mistake of the caller; nothing was sent. Code `bad_argument`. */
export class ArgumentError extends LettsError {
  /** The name of the class. */
  override readonly name = "ArgumentError";

  /** The message names the argument, its rule and the value. */
  constructor(message: string, facts: LettsErrorFacts = {}) {
    super("bad_argument", message, facts);
  }
}

/** letts.yaml does not say what the call needs: an unknown host, no token, a bad file. Code `config`. */
export class ConfigurationError extends LettsError {
  /** The name of the class. */
  override readonly name: string = "ConfigurationError";

  /** The message names the file and key when there are any. */
  constructor(message: string, facts: LettsErrorFacts = {}, code: "config" | "missing_variable" = "config") {
    super(code, message, facts);
  }
}

/** An environment variable that letts.yaml refers to is not set. Code `missing_variable`. */
export class UnsetVariableError extends ConfigurationError {
  /** The name of the class. */
  override readonly name = "UnsetVariableError";
  /** Name of the variable. */
  readonly variable: string;

  /** The message names the place in letts.yaml that needs the variable. */
  constructor(variable: string, message: string, facts: LettsErrorFacts = {}) {
    super(message, facts, "missing_variable");
    this.variable = variable;
  }
}

/** No dugdale of letts.yaml has the lane and carries all labels. Code `no_matching_dugdale`. */
export class NoMatchingDugdaleError extends LettsError {
  /** The name of the class. */
  override readonly name = "NoMatchingDugdaleError";

  /** The message names the lane and labels that were asked for. */
  constructor(message: string) {
    super("no_matching_dugdale", message);
  }
}

/** A dugdale could not be reached, or broke off. Codes `network`, `timeout`, `bad_reply` and `stream_given_up`. */
export class NetworkError extends LettsError {
  /** The name of the class. */
  override readonly name = "NetworkError";

  /** The message is put behind the id of the dugdale. */
  constructor(
    message: string,
    facts: LettsErrorFacts & { readonly host: string },
    code: "network" | "timeout" | "bad_reply" | "stream_given_up" = "network",
  ) {
    super(code, `[${facts.host}] ${message}`, facts);
  }
}

/** A dugdale answered with a status that is not a success. The class of all statuses without one of their own. */
export class HttpError extends LettsError {
  /** The name of the class. */
  override readonly name: string = "HttpError";
  /** HTTP status. */
  declare readonly status: number;

  /** Takes the code and message of the answer. */
  constructor(code: LettsErrorCode, message: string, facts: LettsErrorFacts & { readonly status: number }) {
    super(code, message, facts);
  }
}

/** The dugdale finds the request wrong: 400. */
export class BadRequestError extends HttpError {
  /** The name of the class. */
  override readonly name = "BadRequestError";
}

/** The token is unknown (401) or may not do this (403). */
export class AuthError extends HttpError {
  /** The name of the class. */
  override readonly name = "AuthError";
}

/** There is no such mission, file or lane, or no longer: 404, 410. */
export class NotFoundError extends HttpError {
  /** The name of the class. */
  override readonly name = "NotFoundError";
}

/** The state of things does not allow the call: 409. */
export class ConflictError extends HttpError {
  /** The name of the class. */
  override readonly name = "ConflictError";
}

/** The dugdale is full, leaving or protecting itself: 429, and 503 with a code that asks to come back later. */
export class BackPressureError extends HttpError {
  /** The name of the class. */
  override readonly name = "BackPressureError";
}

/** A file could not be read here, be written here, or is not what was announced. */
export class StagingError extends LettsError {
  /** The name of the class. */
  override readonly name = "StagingError";

  /** Names a host and a mission only when the file was on its way from or to one. */
  constructor(
    code: "file_unreadable" | "file_unwritable" | "unsafe_role" | "size_mismatch" | "digest_mismatch",
    message: string,
    facts: LettsErrorFacts = {},
  ) {
    super(code, message, facts);
  }
}

/** The wait is over before the mission is; the mission keeps running. Code `wait_timeout`. */
export class WaitTimeoutError extends LettsError {
  /** The name of the class. */
  override readonly name = "WaitTimeoutError";
  /** The wait that was allowed. */
  readonly waitMs: number;

  /** Takes the wait in milliseconds; a fan-out as a whole has no mission to name. */
  constructor(waitMs: number, facts: LettsErrorFacts = {}) {
    const mission = facts.missionId === undefined ? "the mission" : `mission ${facts.missionId}`;
    super("wait_timeout", `${mission} was not done within ${waitMs} ms; it keeps running`, facts);
    this.waitMs = waitMs;
  }
}

/** A mission ended in another way than success. Code `mission_failed`. */
export class MissionFailedError extends LettsError {
  /** The name of the class. */
  override readonly name = "MissionFailedError";
  /** Everything that is known about the end. */
  readonly result: RunResult<unknown>;

  /** Takes host and mission from the result. */
  constructor(result: RunResult<unknown>) {
    super(
      "mission_failed",
      `mission ${result.missionId} ended as ${result.outcome}: ${result.failMessage ?? "(no message)"}`,
      { host: result.host, missionId: result.missionId },
    );
    this.result = result;
  }
}

/** No dugdale has the mission, and not all of them could be asked. Code `mission_not_found`. */
export class MissionLookupError extends LettsError {
  /** The name of the class. */
  override readonly name = "MissionLookupError";
  /** Why each of the silent dugdales could not answer, in the order of letts.yaml. */
  readonly errors: readonly LettsError[];

  /** The first of the errors is also the `cause`. */
  constructor(missionId: string, errors: readonly LettsError[]) {
    const hosts = errors.map((error) => error.host ?? "?").join(", ");
    super("mission_not_found", `mission ${missionId} was not found, and ${hosts} could not be asked`, {
      missionId,
      cause: errors[0],
    });
    this.errors = errors;
  }
}

/** A value that the schema of a typed mission refuses. Codes `invalid_input` and `invalid_return`. */
export class SchemaError extends LettsError {
  /** The name of the class. */
  override readonly name = "SchemaError";
  /** What the schema found, one line each. */
  readonly issues: readonly string[];

  /** The issues are joined in the message. */
  constructor(
    code: "invalid_input" | "invalid_return",
    mission: string,
    issues: readonly string[],
    facts: LettsErrorFacts = {},
  ) {
    const what = code === "invalid_input" ? "input" : "return";
    super(code, `${what} of mission ${mission} does not fit: ${issues.join("; ")}`, facts);
    this.issues = issues;
  }
}

/** The caller, or the release of the client or handle, ended the call. Code `aborted`; `cause` is the reason. */
export class AbortedError extends LettsError {
  /** The name of the class. */
  override readonly name = "AbortedError";

  /** The reason for the end belongs into `facts.cause`. */
  constructor(message: string, facts: LettsErrorFacts = {}) {
    super("aborted", message, facts);
  }
}
