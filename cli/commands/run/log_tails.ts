/**
 * Shows what a mission prints while it prints it.
 *
 * @module
 */
import { LinkedAbort } from "../../../client/abort.ts";
import type { LettsClient } from "../../../client/client.ts";
import type { DispatchedRef } from "../../../client/types.ts";
import { withoutCutMark } from "../../../protocol/cut_mark.ts";
import { OutputError } from "../../errors.ts";
import { shortText } from "../../output/error_text.ts";
import type { LogStream } from "./log_lines.ts";

/** How long a connection may be silent once the mission is done before the rest is asked for on another one. */
const SILENCE_MS = 1000;
const LOOK_MS = 50;

type Bytes = Uint8Array<ArrayBuffer>;

/** What came from a dugdale, chunk by chunk. */
export type LogBody = AsyncIterable<Bytes>;

/** What is done with what a mission prints. */
export interface LogShow {
  /** Shows a stream to its end. */
  show(stream: LogStream, body: LogBody): Promise<void>;
  /** Tells that a part of a stream is missing. */
  warn(text: string): Promise<void>;
}

/** What is said about a stream that the dugdale has cut off. */
export function cutText(stream: string, limitBytes: number): string {
  return `${stream} is incomplete: the dugdale keeps ${limitBytes} bytes of a mission's output`;
}

/** Tails of both streams, one connection each. Releasing it ends what is still open. */
export class LogTails implements AsyncDisposable {
  readonly #show: LogShow;
  readonly #stop: LinkedAbort;
  /** Ends the following of a stream that is to be read to its end in another way. */
  readonly #silent = { stdout: new AbortController(), stderr: new AbortController() };
  readonly #over: Promise<void>;
  #lost = false;
  /** Since when each tail waits for the dugdale; one that waits for its reader is not in here. */
  readonly #waitingSinceMs = new Map<LogStream, number>();

  constructor(
    client: LettsClient,
    ref: DispatchedRef,
    show: LogShow,
    { signal, onFailure }: {
      /** Ends both tails. */
      readonly signal: AbortSignal;
      /** Called when something could not be shown. */
      readonly onFailure: (error: unknown) => void;
    },
  ) {
    this.#show = show;
    this.#stop = new LinkedAbort(signal);
    const tails = (["stdout", "stderr"] as const).map((stream) => this.#tail(client, ref, stream));
    this.#over = Promise.all(tails).then(() => {});
    this.#over.catch(onFailure);
  }

  /** Whether a part of what the mission printed was not shown. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Waits until everything is shown. */
  async drain(): Promise<void> {
    // What came before the end of the mission says nothing about the silence after it.
    for (const stream of this.#waitingSinceMs.keys()) this.#waitingSinceMs.set(stream, performance.now());
    const timer = setInterval(() => {
      const limitMs = performance.now() - SILENCE_MS;
      for (const [stream, sinceMs] of this.#waitingSinceMs) {
        if (sinceMs < limitMs) this.#silent[stream].abort();
      }
    }, LOOK_MS);
    await this.#over.finally(() => clearInterval(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(undefined);
    this.#stop.release();
    await this.#over.catch(() => {}); // told to onFailure
  }

  async #tail(client: LettsClient, ref: DispatchedRef, stream: LogStream): Promise<void> {
    const { signal } = this.#stop;
    let limitBytes: number | undefined;
    try {
      const body = this.#bytes(client, ref, stream);
      await this.#show.show(stream, withoutCutMark(body, (limit) => limitBytes = limit));
      if (limitBytes === undefined) return;
      this.#lost = true;
      await this.#show.warn(cutText(stream, limitBytes));
    } catch (error) {
      if (error instanceof OutputError) throw error;
      if (signal.aborted) return;
      this.#lost = true;
      await this.#show.warn(`${stream} is incomplete: ${shortText(error, client.config)}`);
    } finally {
      this.#waitingSinceMs.delete(stream);
    }
  }

  async *#bytes(
    client: LettsClient,
    ref: DispatchedRef,
    stream: LogStream,
  ): AsyncGenerator<Bytes, void, void> {
    const stop = this.#stop.signal;
    const silent = this.#silent[stream].signal;
    let offset = 0;
    try {
      this.#waitingSinceMs.set(stream, performance.now());
      const signal = AbortSignal.any([stop, silent]);
      for await (const chunk of await client.logs(ref, stream, { follow: true, signal })) {
        this.#waitingSinceMs.delete(stream);
        offset += chunk.length;
        yield chunk;
        this.#waitingSinceMs.set(stream, performance.now());
      }
      return;
    } catch (error) {
      if (stop.aborted || !silent.aborted) throw error;
    }
    yield* await client.logs(ref, stream, { offset, signal: stop });
  }
}
