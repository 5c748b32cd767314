/**
 * A successful answer whose body is still on its way.
 *
 * @module
 */
import { type LinkedAbort, orAborted } from "./abort.ts";
import { byteSource, byteStream } from "./byte_stream.ts";
import { LettsError, type LettsErrorFacts, NetworkError } from "./errors.ts";

/** What watches over a body. */
export interface BodyGuard {
  /** Ends the transfer; released at its end. */
  readonly abort: LinkedAbort;
  /** Time without a byte before the transfer counts as broken. */
  readonly idleMs: number;
  readonly facts: LettsErrorFacts & { readonly host: string };
}

/** Status, headers and guarded body of a successful answer. */
export class GuardedReply {
  readonly status: number;
  readonly headers: Headers;
  /** The body. Breaks become a `NetworkError`, aborts the reason of their signal. Empty for answers without one. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor(response: Response, guard: BodyGuard) {
    this.status = response.status;
    this.headers = response.headers;
    this.body = guarded(response.body, guard);
  }
}

function guarded(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  { abort, idleMs, facts }: BodyGuard,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = body === null ? undefined : byteSource(body);
  if (source === undefined) abort.release();
  return byteStream({
    async read(view) {
      if (source === undefined) return { done: true, value: view.subarray(0, 0) };
      const disarm = idleMs === Infinity
        ? () => {}
        : abort.abortAfter(idleMs, () => new NetworkError(`no byte within ${idleMs} ms`, facts, "timeout"));
      try {
        const result = await orAborted(source.read(view), abort.signal);
        if (result.done) abort.release();
        return result;
      } catch (error) {
        abort.release();
        source.cancel(error).catch(() => {}); // when the body failed itself, there is nothing left to let go of
        throw toBodyError(error, abort.signal, facts);
      } finally {
        disarm();
      }
    },
    async cancel(reason) {
      abort.release();
      await source?.cancel(reason);
    },
  });
}

function toBodyError(error: unknown, signal: AbortSignal, facts: BodyGuard["facts"]): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof LettsError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new NetworkError(`the answer broke off: ${words}`, { ...facts, cause: error });
}
