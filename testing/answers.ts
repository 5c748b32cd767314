/**
 * Answers in the forms that a dugdale gives.
 *
 * @module
 */
import type { JsonValue } from "../protocol/json_value.ts";
import { type ProblemCode, PROBLEMS } from "../protocol/problem.ts";

/** A JSON answer. */
export function json(status: number, body: unknown): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8" },
  });
}

/** What a refusal may say beside its code. */
export interface RefusalOptions {
  /** Default: the one that belongs to the code. */
  readonly status?: number | undefined;
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A refusal with one of the codes of the wire. */
export function refusal(code: ProblemCode, options: RefusalOptions = {}): Response {
  const { status = PROBLEMS[code].status, details, retryAfterMs } = options;
  const response = json(status, { error: code, message: `the fake dugdale says ${code}`, details });
  if (retryAfterMs !== undefined) response.headers.set("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  return response;
}
