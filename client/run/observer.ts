/**
 * Reports failed launches to the observer of the client.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { AbortedError, WaitTimeoutError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import type { LaunchFailure } from "../types.ts";

/** What is known about a launch when it fails. */
export type LaunchFacts = Omit<LaunchFailure, "error" | "retryable" | "phase">;

/** Reports a failure of the launch. A wait that was too short, an abort by the caller and a bug are not reported. */
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
    // An observer cannot change what happens to the launch; what it throws is dropped.
  }
}
