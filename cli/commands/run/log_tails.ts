/**
 * Shows what a mission prints while it prints it.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { NotFoundError } from "../../../client/errors.ts";
import type { DispatchedRef } from "../../../client/types.ts";
import { BrokenPipeError } from "../../errors.ts";
import { shortText } from "../../output/error_text.ts";
import type { LogStream } from "./log_lines.ts";

/** How long a dugdale may be silent once the mission is done before a tail is given up. */
const SILENCE_MS = 1000;
const LOOK_MS = 50;

/** What came from a dugdale, chunk by chunk. */
export type LogBody = AsyncIterable<Uint8Array<ArrayBuffer>>;

/** What is done with what a mission prints. */
export interface LogShow {
  /** Shows a stream to its end. */
  show(stream: LogStream, body: LogBody): Promise<void>;
  /** Tells that a stream broke off. */
  warn(text: string): Promise<void>;
}

/** Tails of both streams, one connection each, never reconnected. Releasing it ends what is still open. */
export class LogTails implements AsyncDisposable {
  readonly #show: LogShow;
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;
  /** Since when each tail waits for the dugdale; one that waits for its reader is not in here. */
  readonly #waitingSinceMs = new Map<LogStream, number>();

  /** @param onFailure Called when something could not be shown. */
  constructor(client: LettsClient, ref: DispatchedRef, show: LogShow, onFailure: (error: unknown) => void) {
    this.#show = show;
    const tails = (["stdout", "stderr"] as const).map((stream) => this.#tail(client, ref, stream));
    this.#over = Promise.all(tails).then(() => {});
    this.#over.catch(onFailure);
  }

  /** Waits until everything is shown, unless the dugdale falls silent without an end. */
  async drain(): Promise<void> {
    const isSilent = () => {
      const limitMs = performance.now() - SILENCE_MS;
      return [...this.#waitingSinceMs.values()].some((sinceMs) => sinceMs < limitMs);
    };
    // What came before the end of the mission says nothing about the silence after it.
    for (const stream of this.#waitingSinceMs.keys()) this.#waitingSinceMs.set(stream, performance.now());
    let timer: ReturnType<typeof setInterval> | undefined;
    const silent = new Promise<void>((resolve) => {
      timer = setInterval(() => isSilent() && resolve(), LOOK_MS);
    });
    await Promise.race([this.#over, silent]).finally(() => clearInterval(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#over.catch(() => {}); // told to onFailure
  }

  async #tail(client: LettsClient, ref: DispatchedRef, stream: LogStream): Promise<void> {
    const { signal } = this.#stop;
    try {
      this.#waitingSinceMs.set(stream, performance.now());
      const body = await client.logs(ref, stream, { follow: true, signal });
      await this.#show.show(stream, this.#watched(stream, body));
    } catch (error) {
      if (error instanceof BrokenPipeError) throw error;
      if (signal.aborted || error instanceof NotFoundError) return;
      await this.#show.warn(`${stream} tail interrupted: ${shortText(error, client.config)}`);
    } finally {
      this.#waitingSinceMs.delete(stream);
    }
  }

  async *#watched(stream: LogStream, body: LogBody): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for await (const chunk of body) {
      this.#waitingSinceMs.delete(stream);
      yield chunk;
      this.#waitingSinceMs.set(stream, performance.now());
    }
  }
}
