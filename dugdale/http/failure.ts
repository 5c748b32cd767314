import type { Log } from "../host/log.ts";
import { ProblemError } from "../problem_error.ts";
import { AppliedStateError } from "../store/applied.ts";
import { isDatabaseError } from "../store/database_error.ts";

/**
 * Converts any thrown value to an error response. Unexpected errors are logged completely.
 *
 * @param op The operation, for the log.
 */
export function toProblem(error: unknown, op: string, log: Log): ProblemError {
  const cause = error instanceof ProblemError ? error.cause : error;
  if (cause instanceof Error && (isDatabaseError(cause) || cause instanceof AppliedStateError)) {
    log.error("db_error", { op, err: cause.cause ?? cause });
  }
  if (error instanceof ProblemError) return error;
  if (isDatabaseError(error)) return new ProblemError("db_error", "the database failed", { cause: error });
  if (!(error instanceof AppliedStateError)) log.error("internal", { op, err: error });
  return new ProblemError("internal", "internal error of the dugdale", { cause: error });
}
