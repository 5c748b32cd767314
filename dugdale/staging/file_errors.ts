import type { Log } from "../host/log.ts";
import { ProblemError } from "../problem_error.ts";

/** Whether an operation failed because the file does not (or no longer) exist. */
export function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || hasCode(error, "ENOENT");
}

/** As {@linkcode isGone}, or because something else has replaced its folder. */
export function isMissing(error: unknown): boolean {
  return isGone(error) || hasCode(error, "ENOTDIR");
}

/** Whether an operation failed for lack of permission. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || hasCode(error, "EACCES", "EPERM");
}

/** Whether a rename failed because the new name is on another file system. */
export function isOtherFileSystem(error: unknown): boolean {
  return hasCode(error, "EXDEV");
}

/** The error code for a failed file operation: `gone` if the file does not exist, otherwise `io_error`. */
export function fileProblem(log: Log, op: string, cause: unknown): ProblemError {
  if (isGone(cause)) return new ProblemError("gone", `${op}: the file is gone`, { cause });
  log.error("io_error", { op, err: cause });
  return new ProblemError("io_error", `${op}: the file could not be read or written`, { cause });
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
