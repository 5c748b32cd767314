/**
 * Converts an unsuccessful response to an error.
 *
 * @module
 */
import * as v from "valibot";
import { clip } from "../../protocol/clip.ts";
import { problemBody } from "../../protocol/problem.ts";
import {
  AuthError,
  BackPressureError,
  BadRequestError,
  ConflictError,
  HttpError,
  NotFoundError,
} from "../errors.ts";
import type { LettsErrorFacts } from "../../protocol/letts_error.ts";
import type { GuardedReply } from "./reply.ts";
import { readText } from "./text.ts";

/** Maximum number of bytes read from an error body. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** Codes of a 503 that ask to retry later. */
const BACK_PRESSURE: ReadonlySet<string> = new Set([
  "queue_full",
  "disk_quota_exceeded",
  "disk_quota",
  "draining",
  "lane_removing",
  "awaiting_drain",
]);

/** Reads an unsuccessful response to its end and returns the error. */
export async function toHttpError(
  reply: GuardedReply,
  facts: Pick<LettsErrorFacts, "host" | "missionId">,
): Promise<HttpError> {
  const { text } = await readText(reply.body, BODY_LIMIT_BYTES);
  const { status } = reply;
  const problem = parseProblem(text) ?? { error: `http_${status}`, message: text.trim() || "no message" };
  return toProblemError(problem, status, {
    ...facts,
    retryAfterMs: parseRetryAfter(reply.headers.get("Retry-After")),
  });
}

/** The error described by a dugdale's problem body. */
export function toProblemError(
  { error: code, message, details }: v.InferOutput<typeof problemBody>,
  status: number,
  facts: Pick<LettsErrorFacts, "host" | "missionId" | "retryAfterMs">,
): HttpError {
  const where = facts.host === undefined ? "" : `[${facts.host}] `;
  const words = (message ?? code) || "no message";
  const Class = errorClass(status, code);
  return new Class(code, `${where}HTTP ${status} ${code}: ${oneLine(words)}`, {
    ...facts,
    status,
    details: details ?? undefined,
  });
}

type HttpErrorClass = new (
  code: string,
  message: string,
  facts: LettsErrorFacts & { readonly status: number },
) => HttpError;

function errorClass(status: number, code: string): HttpErrorClass {
  if (status === 400) return BadRequestError;
  if (status === 401 || status === 403) return AuthError;
  if (status === 404 || status === 410) return NotFoundError;
  if (status === 409) return ConflictError;
  if (status === 429 || (status === 503 && BACK_PRESSURE.has(code))) return BackPressureError;
  return HttpError;
}

function parseProblem(text: string): v.InferOutput<typeof problemBody> | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined; // plain text, from a proxy or a router: it becomes the message
  }
  const parsed = v.safeParse(problemBody, body);
  return parsed.success ? parsed.output : undefined;
}

/** The delay of a `Retry-After` header in milliseconds, from seconds or a date; undefined if absent or invalid. */
export function parseRetryAfter(header: string | null, nowMs: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header.trim()) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function oneLine(text: string): string {
  return clip(text.replace(/\s+/g, " "), 1000, "…");
}
