import { Socket } from "node:net";
import { type Libc, LITTLE_ENDIAN } from "./libc.ts";
import { type Output, StreamOutput } from "./output.ts";

const POLLIN = 0x01, POLLHUP = 0x10;
/** Capacity of a pipe. */
const CHUNK_BYTES = 64 * 1024;
/** A process that writes more than this without a pause must not delay all others. */
const CHUNKS_AT_ONCE = 4;

/**
 * The reading end of a pipe. What is there already is read at once: for a process that has ended that is all, and a
 * place on the event loop would cost more than the whole rest of its end. Only what goes on is read there.
 */
export class PipeOutput implements Output {
  readonly #libc: Libc;
  readonly #fd: number;
  /** A file read would hold a thread for as long as nothing comes. */
  #rest: StreamOutput | undefined;
  #closed = false;

  /** @param fd Is the output's own from now on. */
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
    if (this.#libc.poll(new Uint8Array(polled.buffer), 1n, 0) <= 0) return false;
    return (polled.getInt16(6, LITTLE_ENDIAN) & (POLLIN | POLLHUP)) !== 0;
  }

  /** What can be read without waiting: nothing at the end, undefined before there is anything. */
  #readNow(): Uint8Array | undefined {
    if (!this.#readable()) return undefined;
    const count = this.#libc.read(this.#fd, chunkBuffer, BigInt(CHUNK_BYTES));
    return count < 0 ? undefined : chunkBuffer.slice(0, count);
  }
}

/** One `struct pollfd`, asked about and answered between two turns of the event loop. */
const polled = new DataView(new ArrayBuffer(64));
const chunkBuffer = new Uint8Array(CHUNK_BYTES);
