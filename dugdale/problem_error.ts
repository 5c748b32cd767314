import type { JsonValue } from "../protocol/json_value.ts";
import { type ProblemCode, PROBLEMS } from "../protocol/problem.ts";

/** Optional parts of an error response. */
export interface ProblemOptions extends ErrorOptions {
  /** Machine-readable details. */
  readonly details?: Readonly<Record<string, JsonValue>>;
  /** If different from the usual status of the code. */
  readonly status?: number;
  /** Seconds until a retry may succeed. */
  readonly retryAfterS?: number;
}

/** A request cannot be fulfilled, with the documented code; becomes the error body of the response. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly status: number;
  readonly details: Readonly<Record<string, JsonValue>> | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status ?? PROBLEMS[code].status;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }
}
