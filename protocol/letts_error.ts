/**
 * The base of what client and configuration throw on purpose.
 *
 * @module
 */
import type { JsonValue } from "./json_value.ts";
import type { ProblemCode } from "./problem.ts";

/** The codes of failures that no dugdale sent. */
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
export abstract class LettsError extends Error {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "LettsError";
  /** Machine-readable reason. */
  readonly code: LettsErrorCode;
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

  /** A subclass fixes its own code. */
  constructor(code: LettsErrorCode, message: string, facts: LettsErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status;
    this.details = facts.details;
    this.retryAfterMs = facts.retryAfterMs;
    this.host = facts.host;
    this.missionId = facts.missionId;
  }

  /** Whether sending the same call again, after a pause, may work. */
  get retryable(): boolean {
    return false;
  }
}
