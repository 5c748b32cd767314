import type { Readable } from "node:stream";
import { nextTurn } from "./clock.ts";

/** After so many bytes at once, others have their turn. */
const LARGE_BYTES = 16 * 1024;

/** What a process writes to one descriptor. */
export interface Output {
  /** Whether its end has been read, or it was closed. */
  readonly ended: boolean;
  /** Hands on what is there already, without waiting. Not to be called once it is being read. */
  take(onChunk: (chunk: Uint8Array) => void): void;
  /**
   * Hands on every chunk; resolves at the end, after the last chunk, or once closed. To be called once.
   *
   * @param onChunk When it gives a promise, nothing more is read before that has settled.
   */
  read(onChunk: (chunk: Uint8Array) => Promise<void> | void): Promise<void>;
  /** Reads no more, even while other processes hold the other end. */
  close(): void;
}

/** The output that comes as a stream. */
export class StreamOutput implements Output {
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
    // A reset of a pipe is its end; what was read counts.
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
        // The next large chunk is there already, and would be read in the same turn of the event loop.
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
}
