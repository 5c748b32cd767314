import { concat } from "@std/bytes";
import type { ProblemCode } from "../../protocol/problem.ts";
import type { Clock } from "../host/clock.ts";
import { ProblemError } from "../problem_error.ts";

/** The body of a JSON request must arrive within this time. */
const BODY_TIMEOUT_MS = 30_000;

/** @throws {ProblemError} `payload_too_large` when the announced body is longer than the limit. */
export async function assertAnnouncedSize(request: Request, limitBytes: number): Promise<void> {
  if (announcedBytes(request) <= limitBytes) return;
  await request.body?.cancel();
  throw tooLarge(limitBytes);
}

/** Requests whose body did not arrive as announced: nothing else can follow on their connections. */
const cutOff = new WeakSet<Request>();

/** Whether the body of a request was given up before it was complete. */
export function isCutOff(request: Request): boolean {
  return cutOff.has(request);
}

/** Bodies up to this length are read at once. */
const PIECE_BYTES = 64 * 1024;

/** Options for reading a body. */
export interface BodyOptions {
  readonly limitBytes: number;
  /** Error code when it breaks off or takes too long. */
  readonly code: ProblemCode;
  readonly clock: Clock;
}

/**
 * Reads the whole body of a request.
 *
 * @throws {ProblemError} With the code of the options, or `payload_too_large` beyond the limit.
 */
export async function readBody(
  request: Request,
  { limitBytes, code, clock }: BodyOptions,
): Promise<Uint8Array> {
  const announced = announcedBytes(request);
  if (announced > 0 && announced <= Math.min(PIECE_BYTES, limitBytes)) {
    return readPiece(request, announced, { code, clock });
  }
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  using _timer = clock.after(BODY_TIMEOUT_MS, () => void reader.cancel(new Error("timeout")));
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
  }
  if (size < announced) throw tooShort(request, code);
  return parts.length === 1 ? parts[0]! : concat(parts);
}

/** Most bodies arrive with their headers: reading one as a stream takes as long as the rest of a small request. */
async function readPiece(
  request: Request,
  announced: number,
  { code, clock }: Pick<BodyOptions, "code" | "clock">,
): Promise<Uint8Array> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  using _timer = clock.after(BODY_TIMEOUT_MS, () => reject(tooShort(request, code)));
  let bytes: Uint8Array;
  try {
    bytes = await Promise.race([request.bytes(), late]);
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError(code, "the body ended early", { cause });
  }
  if (bytes.length < announced) throw tooShort(request, code);
  return bytes;
}

function announcedBytes(request: Request): number {
  return Number(request.headers.get("content-length") ?? 0);
}

function tooShort(request: Request, code: ProblemCode): ProblemError {
  cutOff.add(request);
  return new ProblemError(code, "the body is shorter than its Content-Length, or took too long");
}

function tooLarge(limitBytes: number): ProblemError {
  return new ProblemError("payload_too_large", `the body is longer than ${limitBytes} bytes`, {
    details: { limit_bytes: limitBytes },
  });
}
