/**
 * Maps the result of a remote command to an exit code.
 *
 * @module
 */
import { BrokenPipeError, ExecFailedError, InterruptedError, SilentExit } from "../../errors.ts";
import { exitCodeOf } from "../../exit_code.ts";
import type { MissionEnd } from "../run/mission_end.ts";

/** Codes with a meaning of their own here. */
const OURS: ReadonlySet<number> = new Set([124, 125, 255]);

/** The exit code of a finished exec: 255 instead of 0 if a part of its output is missing. */
export function endStatus({ done: { outcome, exit_code: code }, outputLost }: MissionEnd): number {
  if (outcome !== "success" && outcome !== "failed") return 125;
  if (OURS.has(code) || code < 0) return 125;
  if (outcome === "failed" && code === 0) return 1;
  return outputLost && code === 0 ? 255 : code;
}

/** A message about the end of an exec; undefined if the exit code says everything. */
export function endText(end: MissionEnd): string | undefined {
  const { outcome, exit_code: code, fail_reason: reason = "", fail_message: message = "" } = end.done;
  if (outcome === "success") return undefined;
  if (reason === "exit_nonzero" && !OURS.has(code)) return undefined;
  return `the command ended as ${outcome}${reason && `/${reason}`}${message && `: ${message}`}`;
}

/** The exit code of an exec whose end is unknown: 2, 124, or 255 for all other reasons. */
export function failureStatus(error: unknown): number {
  const code = exitCodeOf(error);
  return code === 2 || code === 124 ? code : 255;
}

/** The error of an exec whose end is unknown, with its exit code. */
export function execFailure(error: unknown): unknown {
  if (error instanceof SilentExit || error instanceof ExecFailedError) return error;
  if (error instanceof InterruptedError || error instanceof BrokenPipeError) return error;
  if (failureStatus(error) !== 255) return error;
  return new ExecFailedError("", { cause: error });
}
