/**
 * Shows output of a mission while it is running.
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

/** Idle time of a connection, after the mission is done, before the rest is requested on another one. */
const SILENCE_MS = 1000;
const LOOK_MS = 50;

type Bytes = Uint8Array<ArrayBuffer>;

/** A chunk received from a dugdale. */
export type LogBody = AsyncIterable<Bytes>;

/** Handlers of a mission's output. */
export interface LogShow {
  /** Shows a stream to its end. */
  show(stream: LogStream, body: LogBody): Promise<void>;
  /** Reports that a part of a stream is missing. */
  warn(text: string): Promise<void>;
}

/** Message about a stream that the dugdale has truncated. */
export function cutText(stream: string, limitBytes: number): string {
  return `${stream} is incomplete: the dugdale keeps ${limitBytes} bytes of a mission's output`;
}

/** Tails of both streams, one connection each. Releasing it ends open ones. */
export class LogTails implements AsyncDisposable {
  readonly #show: LogShow;
  readonly #stop: LinkedAbort;
  /** Ends following a stream that is to be read in another way. */
  readonly #silent = { stdout: new AbortController(), stderr: new AbortController() };
  readonly #over: Promise<void>;
  #lost = false;
  /** Since when each tail waits for the dugdale; a tail that waits for its reader is not included. */
  readonly #waitingSinceMs = new Map<LogStream, number>();

  constructor(
    client: LettsClient,
    ref: DispatchedRef,
    show: LogShow,
    { signal, onFailure }: {
      /** Ends both tails. */
      readonly signal: AbortSignal;
      /** Called when output could not be shown. */
      readonly onFailure: (error: unknown) => void;
    },
  ) {
    this.#show = show;
    this.#stop = new LinkedAbort(signal);
    const tails = (["stdout", "stderr"] as const).map((stream) => this.#tail(client, ref, stream));
    this.#over = Promise.all(tails).then(() => {});
    this.#over.catch(onFailure);
  }

  /** Whether a part of the output was not shown. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Waits until everything is shown. */
  async drain(): Promise<void> {
    // Data received before the end of the mission says nothing about silence after it.
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
