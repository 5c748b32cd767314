import type { JsonValue } from "../protocol/json_value.ts";
import { type ProblemCode, PROBLEMS } from "../protocol/problem.ts";

/** What a refused request is told besides its code and message. */
export interface ProblemOptions extends ErrorOptions {
  /** Facts for programs. */
  readonly details?: Readonly<Record<string, JsonValue>>;
  /** Where the code has another status than usual. */
  readonly status?: number;
  /** Seconds until a repeat may work. */
  readonly retryAfterS?: number;
}

/** A request that cannot be fulfilled, with the documented code; becomes the error body of the answer. */
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
