/** The failure that a mission throws on purpose. @module */
import { UsageError } from "./errors.ts";

/** How a failure is reported, beside its message. */
export interface FailureOptions extends ErrorOptions {
  /** Facts for programs: an object that JSON can hold. Above 256 KiB a dugdale keeps only their size. */
  readonly details?: object;
  /** Exit code of the process, 1 to 255. Default 1. */
  readonly exitCode?: number;
  /** What went wrong, for programs. Default `explicit`. */
  readonly reason?: string;
}

/**
 * Thrown by a mission that knows why it fails. It is reported as it stands, without a stack.
 *
 * @throws {UsageError} When the exit code is not 1 to 255: the system keeps only eight bits of it, and a
 * failure that exits with 0 would contradict itself.
 */
export class MissionFailure extends Error {
  /** Facts for programs. */
  readonly details: object | undefined;
  /** Exit code of the process, 1 to 255. */
  readonly exitCode: number;
  /** What went wrong, for programs. */
  readonly reason: string;

  /** With a message for people. */
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
  }
}
