/**
 * Base class of errors of client and configuration.
 *
 * @module
 */
import type { JsonValue } from "./json_value.ts";
import type { ProblemCode } from "./problem.ts";

/** The codes of failures that were not sent by a dugdale. */
export type LocalCode =
  | "bad_argument"
  | "config"
  | "missing_variable"
  | "no_matching_dugdale"
  | "unsupported_feature"
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

/** The code of an error: one of ours, one of a dugdale's, or one known only to another version of dugdale. */
export type LettsErrorCode = LocalCode | ProblemCode | (string & Record<never, never>);

/** Optional details of a failure. */
export interface LettsErrorFacts {
  /** HTTP status, if a dugdale responded. */
  readonly status?: number | undefined;
  /** Details sent by the dugdale. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  /** Delay before the next try requested by the dugdale. */
  readonly retryAfterMs?: number | undefined;
  /** Id of the dugdale. */
  readonly host?: string | undefined;
  /** The mission concerned, even if it is unknown whether the dugdale has it. */
  readonly missionId?: string | undefined;
  /** The caught error. */
  readonly cause?: unknown;
}

/** Any error of the client. */
export abstract class LettsError extends Error {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "LettsError";
  /** Machine-readable reason. */
  readonly code: LettsErrorCode;
  /** HTTP status, if a dugdale responded. */
  readonly status: number | undefined;
  /** Details sent by the dugdale. */
  readonly details: Readonly<Record<string, JsonValue>> | undefined;
  /** Delay before the next try requested by the dugdale. */
  readonly retryAfterMs: number | undefined;
  /** Id of the dugdale, if known. */
  readonly host: string | undefined;
  /** The mission concerned, even if it is unknown whether the dugdale has it. */
  readonly missionId: string | undefined;

  /** A subclass sets its own code. */
  constructor(code: LettsErrorCode, message: string, facts: LettsErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status;
    this.details = facts.details;
    this.retryAfterMs = facts.retryAfterMs;
    this.host = facts.host;
    this.missionId = facts.missionId;
  }

  /** Whether sending the same call again, after a delay, may succeed. */
  get retryable(): boolean {
    return false;
  }
}
