/** An intentional failure of a mission. @module */
import { InvalidDurationError, parseDuration } from "../protocol/duration.ts";
import { UsageError } from "./errors.ts";

/** Options of a failure. */
export interface FailureOptions extends ErrorOptions {
  /** Details for programs: an object that can be represented in JSON. Above 256 KiB a dugdale keeps only their size. */
  readonly details?: object;
  /** Exit code of the process, 1 to 255. Default 1. */
  readonly exitCode?: number;
  /** Machine-readable reason. Default `explicit`. */
  readonly reason?: string;
  /**
   * For a retried mission: `false` for no further attempt, or the delay before it, such as `30s` or milliseconds.
   * Default: the rule of the dispatch or the lane.
   */
  readonly retry?: false | string | number;
}

/**
 * Thrown by a mission to fail with a known reason. It is reported without a stack.
 *
 * @throws {UsageError} When the exit code is not 1 to 255: the system keeps only eight bits of it, and a failure that
 * exits with 0 would contradict itself. When `retry` is neither false nor a duration.
 */
export class MissionFailure extends Error {
  /** Details for programs. */
  readonly details: object | undefined;
  /** Exit code of the process, 1 to 255. */
  readonly exitCode: number;
  /** Machine-readable reason. */
  readonly reason: string;
  /** No further attempt, or the delay before it in milliseconds; undefined if not specified. */
  readonly retry: false | number | undefined;

  /** Takes a message for people. */
  constructor(message: string, options: FailureOptions = {}) {
    super(message, options);
    const exitCode = options.exitCode ?? 1;
    if (!Number.isInteger(exitCode) || exitCode < 1 || exitCode > 255) {
      throw new UsageError(`exit code ${exitCode} of the failure "${message}" must be 1 to 255`);
    }
    this.name = "MissionFailure";
    this.details = options.details;
    this.exitCode = exitCode;
    this.reason = options.reason || "explicit";
    this.retry = pauseOf(options.retry);
  }
}

function pauseOf(retry: false | string | number | undefined): false | number | undefined {
  if (retry === undefined || retry === false) return retry;
  try {
    const ms = typeof retry === "number" ? retry : parseDuration(retry);
    if (Number.isSafeInteger(ms) && ms >= 0) return ms;
  } catch (error) {
    if (!(error instanceof InvalidDurationError)) throw error;
  }
  throw new UsageError(
    `retry ${JSON.stringify(retry)} of a failure must be false or a duration such as "30s"`,
  );
}
