/**
 * Errors that the client throws, in addition to those of letts.yaml (`ConfigError`) and of typed missions
 * (`SchemaValidationError`). Programs distinguish them by class or `code`; the message is for people.
 *
 * @module
 */
import { isProblemCode, PROBLEMS } from "../protocol/problem.ts";
import { LettsError, type LettsErrorCode, type LettsErrorFacts } from "../protocol/letts_error.ts";
import type { RunResult } from "./types.ts";

/** Invalid usage of the client; nothing was sent. Code `bad_argument`. */
export class ArgumentError extends LettsError {
  /** The name of the class. */
  override readonly name = "ArgumentError";

  /** The message names the argument, its rule and the value. */
  constructor(message: string, facts: LettsErrorFacts = {}) {
    super("bad_argument", message, facts);
  }
}

/** No dugdale of letts.yaml has the lane and carries all labels. Code `no_matching_dugdale`. */
export class NoMatchingDugdaleError extends LettsError {
  /** The name of the class. */
  override readonly name = "NoMatchingDugdaleError";

  /** The message names the requested lane and labels. */
  constructor(message: string) {
    super("no_matching_dugdale", message);
  }
}

/** The dugdale is too old for a feature that the call needs. Code `unsupported_feature`. */
export class UnsupportedFeatureError extends LettsError {
  /** The name of the class. */
  override readonly name = "UnsupportedFeatureError";
  /** The features that its `GET /v1/dugdale` does not announce. */
  readonly features: readonly string[];

  /** The message follows the id of the dugdale. */
  constructor(
    message: string,
    features: readonly string[],
    facts: LettsErrorFacts & { readonly host: string },
  ) {
    super("unsupported_feature", `[${facts.host}] ${message}`, facts);
    this.features = features;
  }
}

/** The connection to a dugdale failed or broke off. Codes `network`, `timeout`, `bad_reply` and `stream_given_up`. */
export class NetworkError extends LettsError {
  /** The name of the class. */
  override readonly name = "NetworkError";

  /** The message follows the id of the dugdale. */
  constructor(
    message: string,
    facts: LettsErrorFacts & { readonly host: string },
    code: "network" | "timeout" | "bad_reply" | "stream_given_up" = "network",
  ) {
    super(code, `[${facts.host}] ${message}`, facts);
  }

  /** Always `true`: a retry with back-off may succeed. */
  override get retryable(): boolean {
    return true;
  }
}

/** A dugdale answered with an error status. Used for all statuses without a class of their own. */
export class HttpError extends LettsError {
  /** The name of the class. */
  override readonly name: string = "HttpError";
  /** HTTP status. */
  declare readonly status: number;

  /** Takes code and message from the answer. */
  constructor(code: LettsErrorCode, message: string, facts: LettsErrorFacts & { readonly status: number }) {
    super(code, message, facts);
  }

  /**
   * Whether a retry may succeed, as documented for the code; for an unknown code, whether the status is 500 or more.
   */
  override get retryable(): boolean {
    return isProblemCode(this.code) ? PROBLEMS[this.code].retry !== "never" : this.status >= 500;
  }
}

/** The request is invalid: 400. */
export class BadRequestError extends HttpError {
  /** The name of the class. */
  override readonly name = "BadRequestError";
}

/** The token is unknown (401) or lacks the scope (403). */
export class AuthError extends HttpError {
  /** The name of the class. */
  override readonly name = "AuthError";
}

/** The mission, file or lane does not exist, or no longer exists: 404, 410. */
export class NotFoundError extends HttpError {
  /** The name of the class. */
  override readonly name = "NotFoundError";
}

/** The call conflicts with the current state: 409. */
export class ConflictError extends HttpError {
  /** The name of the class. */
  override readonly name = "ConflictError";
}

/** The dugdale is full, shutting down or limiting requests: 429, and 503 with a code that asks to retry later. */
export class BackPressureError extends HttpError {
  /** The name of the class. */
  override readonly name = "BackPressureError";
}

/** A local file could not be read or written, or a file does not match its size and digest. */
export class StagingError extends LettsError {
  /** The name of the class. */
  override readonly name = "StagingError";

  /** Host and mission are set only when the file was being sent or received. */
  constructor(
    code: "file_unreadable" | "file_unwritable" | "unsafe_role" | "size_mismatch" | "digest_mismatch",
    message: string,
    facts: LettsErrorFacts = {},
  ) {
    super(code, message, facts);
  }
}

/** The wait ended before the mission. The mission keeps running. Code `wait_timeout`. */
export class WaitTimeoutError extends LettsError {
  /** The name of the class. */
  override readonly name = "WaitTimeoutError";
  /** The allowed time in milliseconds. */
  readonly waitMs: number;

  /** Takes the wait in milliseconds; a fan-out as a whole has no mission id. */
  constructor(waitMs: number, facts: LettsErrorFacts = {}) {
    const mission = facts.missionId === undefined ? "the mission" : `mission ${facts.missionId}`;
    super("wait_timeout", `${mission} was not done within ${waitMs} ms; it keeps running`, facts);
    this.waitMs = waitMs;
  }
}

/** The outcome of the mission is not `success`. Code `mission_failed`. */
export class MissionFailedError extends LettsError {
  /** The name of the class. */
  override readonly name = "MissionFailedError";
  /** The complete result. */
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

/** No reachable dugdale has the mission, and some could not be reached. Code `mission_not_found`. */
export class MissionLookupError extends LettsError {
  /** The name of the class. */
  override readonly name = "MissionLookupError";
  /** The error of each unreachable dugdale, in the order of letts.yaml. */
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

/**
 * The call was ended by the caller, or by the release of the client or handle. Code `aborted`; `cause` is the reason.
 * A mission that it names keeps running if the dugdale has accepted it.
 */
export class AbortedError extends LettsError {
  /** The name of the class. */
  override readonly name = "AbortedError";

  /** The reason goes into `facts.cause`. */
  constructor(message: string, facts: LettsErrorFacts = {}) {
    super("aborted", message, facts);
  }
}
