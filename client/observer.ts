/**
 * Tells whoever asked about launches that failed.
 *
 * @module
 */
import type { Context } from "./context.ts";
import { AbortedError, LettsError, MissionFailedError, StagingError, WaitTimeoutError } from "./errors.ts";
import type { LaunchFailure } from "./types.ts";

/** What is known about a launch when it fails. */
export type LaunchFacts = Omit<LaunchFailure, "error" | "retryable" | "phase">;

/**
 * Reports a failure, unless it is none of the launch: a mission that ended badly, a wait that was too short, a file
 * of a success that could not be fetched, a caller who left, or an error that is not ours.
 */
export function reportFailure(
  context: Context,
  facts: LaunchFacts,
  phase: LaunchFailure["phase"],
  error: unknown,
): void {
  if (context.onLaunchFailure === undefined || !(error instanceof LettsError)) return;
  if (error instanceof MissionFailedError || error instanceof WaitTimeoutError) return;
  if (error instanceof AbortedError || (phase === "stream" && error instanceof StagingError)) return;
  try {
    context.onLaunchFailure({ ...facts, phase, error, retryable: error.retryable });
  } catch {
    // An observer cannot change what happens to the launch; its own failures are its own to report.
  }
}
