import { Socket } from "node:net";
import { type Libc, LITTLE_ENDIAN } from "./libc.ts";
import { type Output, StreamOutput } from "./output.ts";

const POLLIN = 0x01, POLLHUP = 0x10;
/** Capacity of a pipe. */
const CHUNK_BYTES = 64 * 1024;
/** A process that writes more than this without a pause must not delay all others. */
const CHUNKS_AT_ONCE = 4;

/**
 * The reading end of a pipe. Available data is read synchronously: for an ended process that is all, and registering
 * with the event loop would cost more than the rest of its end. Only ongoing output is read asynchronously.
 */
export class PipeOutput implements Output {
  readonly #libc: Libc;
  readonly #fd: number;
  /** A file read would block a thread as long as no data arrives. */
  #rest: StreamOutput | undefined;
  #closed = false;

  /** @param fd Owned from now on. */
  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
  }

  get ended(): boolean {
    return this.#rest?.ended ?? this.#closed;
  }

  take(onChunk: (chunk: Uint8Array) => void): void {
    for (let count = 0; count < CHUNKS_AT_ONCE && !this.#closed; count++) {
      const chunk = this.#readNow();
      if (chunk === undefined) return;
      if (chunk.length === 0) this.close();
      else onChunk(chunk);
    }
  }

  read(onChunk: (chunk: Uint8Array) => Promise<void> | void): Promise<void> {
    this.take(onChunk);
    if (this.#closed) return Promise.resolve();
    const socket = new Socket({ fd: this.#fd, readable: true, writable: false });
    this.#rest = new StreamOutput(socket, () => this.#readable());
    return this.#rest.read(onChunk);
  }

  close(): void {
    if (this.#rest !== undefined) return this.#rest.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#libc.close(this.#fd);
  }

  async finish(): Promise<void> {
    await this.#rest?.finish();
    this.close();
  }

  /** Whether there is anything to read, or the end. */
  #readable(): boolean {
    polled.setInt32(0, this.#fd, LITTLE_ENDIAN);
    polled.setInt16(4, POLLIN, LITTLE_ENDIAN);
    if (this.#libc.poll(polledBytes, 1n, 0) <= 0) return false;
    return (polled.getInt16(6, LITTLE_ENDIAN) & (POLLIN | POLLHUP)) !== 0;
  }

  /** Data available without waiting: empty at the end, undefined if there is none yet. */
  #readNow(): Uint8Array | undefined {
    if (!this.#readable()) return undefined;
    const count = this.#libc.read(this.#fd, chunkBuffer, BigInt(CHUNK_BYTES));
    return count < 0 ? undefined : chunkBuffer.slice(0, count);
  }
}

/** One `struct pollfd`, polled between two turns of the event loop. */
const polled = new DataView(new ArrayBuffer(64));
const polledBytes = new Uint8Array(polled.buffer);
const chunkBuffer = new Uint8Array(CHUNK_BYTES);
