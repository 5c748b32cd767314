import { concat } from "@std/bytes";
import type { ProblemCode } from "../../protocol/problem.ts";
import { ProblemError } from "../problem_error.ts";

/** The body of a JSON request must arrive within this time. */
const BODY_TIMEOUT_MS = 30_000;

/** @throws {ProblemError} `payload_too_large` when the request announces a longer body than is allowed. */
export async function assertAnnouncedSize(request: Request, limitBytes: number): Promise<void> {
  if (announcedBytes(request) <= limitBytes) return;
  await request.body?.cancel();
  throw tooLarge(limitBytes);
}

/**
 * Reads a request's body whole.
 *
 * @param code Code of the error when it breaks off or takes too long.
 * @throws {ProblemError} With that code, or `payload_too_large` beyond the limit.
 */
export async function readBody(
  request: Request,
  limitBytes: number,
  code: ProblemCode,
): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const timer = setTimeout(() => void reader.cancel(new Error("timeout")), BODY_TIMEOUT_MS);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (let next; !(next = await reader.read()).done;) {
      size += next.value.length;
      if (size > limitBytes) {
        await reader.cancel();
        throw tooLarge(limitBytes);
      }
      parts.push(next.value);
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError(code, "the body ended early", { cause });
  } finally {
    clearTimeout(timer);
  }
  if (size < announcedBytes(request)) {
    throw new ProblemError(code, "the body is shorter than its Content-Length, or took too long");
  }
  return parts.length === 1 ? parts[0]! : concat(parts);
}

function announcedBytes(request: Request): number {
  return Number(request.headers.get("content-length") ?? 0);
}

function tooLarge(limitBytes: number): ProblemError {
  return new ProblemError("payload_too_large", `the body is longer than ${limitBytes} bytes`, {
    details: { limit_bytes: limitBytes },
  });
}
