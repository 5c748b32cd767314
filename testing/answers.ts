/**
 * Error responses in the form of a dugdale.
 *
 * @module
 */
import { problem } from "../dugdale/http/answer.ts";
import { ProblemError } from "../dugdale/problem_error.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { ProblemCode } from "../protocol/problem.ts";

/** Optional parts of an error response. */
export interface RefusalOptions {
  /** Default: the status of the code. */
  readonly status?: number | undefined;
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** An error response with a code of the wire. */
export function refusal(code: ProblemCode, options: RefusalOptions): Response {
  const { status, details, retryAfterMs } = options;
  return problem(
    new ProblemError(code, `the fake dugdale says ${code}`, {
      ...(status === undefined ? {} : { status }),
      ...(details === undefined ? {} : { details }),
      ...(retryAfterMs === undefined ? {} : { retryAfterS: Math.ceil(retryAfterMs / 1000) }),
    }),
  );
}
