import type { Readable } from "node:stream";
import { nextTurn } from "./clock.ts";

/** Maximum number of bytes handled before other work gets its turn. */
const LARGE_BYTES = 16 * 1024;

/** Output of a process on one descriptor. */
export interface Output {
  /** Whether its end was reached, or it was closed. */
  readonly ended: boolean;
  /** Delivers available data, without waiting. Must not be called once it is being read. */
  take(onChunk: (chunk: Uint8Array) => void): void;
  /**
   * Delivers every chunk; resolves at the end, after the last chunk, or once closed. Call it once.
   *
   * @param onChunk If it returns a promise, reading pauses until that has settled.
   */
  read(onChunk: (chunk: Uint8Array) => Promise<void> | void): Promise<void>;
  /** Stops reading, even while other processes hold the other end. */
  close(): void;
  /**
   * Closes it once everything is handed on that has been written until now: a timer may be due before the event loop
   * has had its turn to read. At most the capacity of a pipe is read.
   */
  finish(): Promise<void>;
}

/** No pipe holds more, unless it has been enlarged. */
const PIPE_BYTES = 64 * 1024;

/** Output that arrives as a stream. */
export class StreamOutput implements Output {
  readonly #stream: Readable;
  readonly #pending: () => boolean;
  #readBytes = 0;

  /** @param pending Whether there is something that the stream has not read. Default: it cannot be told. */
  constructor(stream: Readable, pending: () => boolean = () => false) {
    this.#stream = stream;
    this.#pending = pending;
    // A reset of a pipe is its end; data read before is kept.
    stream.on("error", () => stream.destroy());
  }

  get ended(): boolean {
    return this.#stream.closed;
  }

  take(onChunk: (chunk: Uint8Array) => void): void {
    for (let chunk; (chunk = this.#stream.read() as Uint8Array | null) !== null;) onChunk(chunk);
  }

  read(onChunk: (chunk: Uint8Array) => Promise<void> | void): Promise<void> {
    const stream = this.#stream;
    if (stream.closed) return Promise.resolve();
    return new Promise((resolve) => {
      stream.on("data", (chunk: Uint8Array) => {
        this.#readBytes += chunk.length;
        // The next large chunk is already available, and would be read in the same turn of the event loop.
        const taken = onChunk(chunk) ?? (chunk.length < LARGE_BYTES ? undefined : nextTurn());
        if (taken === undefined) return;
        stream.pause();
        void taken.finally(() => stream.resume());
      });
      stream.once("close", resolve);
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  async finish(): Promise<void> {
    const most = this.#readBytes + PIPE_BYTES;
    for (let before = -1; !this.#stream.destroyed && this.#readBytes < most;) {
      if (this.#readBytes === before && this.#stream.readableLength === 0 && !this.#pending()) break;
      before = this.#readBytes;
      await nextTurn();
    }
    this.close();
  }
}
