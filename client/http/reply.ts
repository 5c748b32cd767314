/**
 * A successful response whose body is still arriving.
 *
 * @module
 */
import type { LinkedAbort } from "../abort.ts";
import { type ByteSource, byteSource, byteStream } from "../files/byte_stream.ts";
import { IdleLimit } from "./idle_limit.ts";
import { NetworkError } from "../errors.ts";
import { LettsError, type LettsErrorFacts } from "../../protocol/letts_error.ts";

/** How a body is monitored. */
export interface BodyGuard {
  /** Ends the transfer; released when it is over. */
  readonly abort: LinkedAbort;
  /** Idle time after which the transfer counts as broken. */
  readonly idleMs: number;
  readonly facts: LettsErrorFacts & { readonly host: string };
}

/** Status, headers and monitored body of a successful response. */
export class GuardedReply {
  readonly status: number;
  readonly headers: Headers;
  /**
   * The body. Connection failures become a `NetworkError`, aborts the reason of their signal. Empty for responses
   * without a body.
   */
  readonly source: ByteSource;

  constructor(response: Response, guard: BodyGuard) {
    this.status = response.status;
    this.headers = response.headers;
    this.source = guarded(response.body, guard);
  }

  /** The body as a stream. It shares its data with `body`: only one of them can be read. */
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return byteStream(this.source);
  }
}

function guarded(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  { abort, idleMs, facts }: BodyGuard,
): ByteSource {
  const source = body === null ? undefined : byteSource(body);
  if (source === undefined) abort.release();
  const idle = new IdleLimit(
    abort,
    idleMs,
    () => new NetworkError(`no data within ${idleMs} ms`, facts, "timeout"),
  );
  let leave: (reason: unknown) => void = () => {};
  const { signal } = abort;
  const stop = () => leave(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const over = () => {
    idle.end();
    signal.removeEventListener("abort", stop);
    abort.release();
  };
  return {
    async read(view) {
      if (source === undefined) return { done: true, value: view.subarray(0, 0) };
      idle.begin();
      try {
        const result = await new Promise<Awaited<ReturnType<ByteSource["read"]>>>((resolve, reject) => {
          leave = reject;
          if (signal.aborted) reject(signal.reason);
          source.read(view).then(resolve, reject);
        });
        if (result.done) over();
        else idle.pause();
        return result;
      } catch (error) {
        over();
        source.cancel(error).catch(() => {}); // a body that failed has nothing to release
        throw toBodyError(error, signal, facts);
      }
    },
    async cancel(reason) {
      over();
      await source?.cancel(reason);
    },
  };
}

function toBodyError(error: unknown, signal: AbortSignal, facts: BodyGuard["facts"]): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof LettsError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new NetworkError(`response body interrupted: ${words}`, { ...facts, cause: error });
}
