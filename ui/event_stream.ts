/**
 * Server-sent events made from an asynchronous sequence, as fast as the browser reads them.
 *
 * @module
 */
import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import type { Clock } from "../dugdale/host/clock.ts";

/** One message. */
export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

const PING_MS = 15_000;
const RETRY_MS = 2000;

/** How a stream is sent. */
export interface StreamOptions {
  readonly clock: Clock;
  /** The text of an error in the middle. */
  readonly errorText: (error: unknown) => string;
  /** Ends the sequence. */
  readonly abort: AbortController;
  /** Ends the stream with `event: bye`. */
  readonly stopping: AbortSignal;
}

/**
 * Answers with the messages. The first is awaited before the answer, so that an error at the start is an ordinary one.
 * A failure later is `event: stream_error`, the end `event: end`; both mean that the browser must not connect again.
 */
export async function eventStream(
  messages: AsyncIterator<Message, void, void>,
  { clock, errorText, abort, stopping }: StreamOptions,
): Promise<Response> {
  let next: Promise<IteratorResult<Message, void>> | undefined;
  const soon = (): Promise<IteratorResult<Message, void>> => next ??= messages.next();
  await raced(soon(), clock, RETRY_MS, stopping);
  let over = false;
  const stream = new ReadableStream<Record<string, unknown>>({
    start(controller) {
      controller.enqueue({ retry: RETRY_MS });
    },
    async pull(controller) {
      const finish = (event: string, data: string): void => {
        over = true;
        controller.enqueue({ event, data });
        controller.close();
        abort.abort();
      };
      if (over) return;
      try {
        const result = await raced(soon(), clock, PING_MS, stopping);
        if (stopping.aborted) finish("bye", "{}");
        else if (result === undefined) controller.enqueue({ comment: "ping" });
        else if (result.done) finish("end", "{}");
        else {
          next = undefined;
          controller.enqueue({ ...result.value });
        }
      } catch (error) {
        finish("stream_error", JSON.stringify({ message: errorText(error) }));
      }
    },
    cancel() {
      over = true;
      abort.abort();
    },
  }, { highWaterMark: 0 });
  return new Response(stream.pipeThrough(new ServerSentEventStream()), {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

/** A value, or undefined when it takes longer or the server stops. */
async function raced<Value>(
  value: Promise<Value>,
  clock: Clock,
  ms: number,
  stopping: AbortSignal,
): Promise<Value | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  using _timer = clock.after(ms, () => resolve(undefined));
  const stop = (): void => resolve(undefined);
  stopping.addEventListener("abort", stop, { once: true });
  if (stopping.aborted) stop();
  try {
    return await Promise.race([value, promise]);
  } finally {
    stopping.removeEventListener("abort", stop);
  }
}
