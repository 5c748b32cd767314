/**
 * Reports failed launches to the client's observer.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { AbortedError, WaitTimeoutError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import type { LaunchFailure } from "../types.ts";

/** What is known about a failed launch. */
export type LaunchFacts = Omit<LaunchFailure, "error" | "retryable" | "phase">;

/** Reports a failure of the launch. Wait timeouts, aborts by the caller and bugs are not reported. */
export function reportFailure(
  context: Context,
  facts: LaunchFacts,
  phase: LaunchFailure["phase"],
  error: unknown,
): void {
  if (context.onLaunchFailure === undefined || !(error instanceof LettsError)) return;
  if (error instanceof WaitTimeoutError || error instanceof AbortedError) return;
  try {
    context.onLaunchFailure({ ...facts, phase, error, retryable: error.retryable });
  } catch {
    // The observer cannot affect the launch; its exceptions are ignored.
  }
}
