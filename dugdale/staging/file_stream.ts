import type { DiskFile } from "../host/disk.ts";
import type { Slots } from "../host/slots.ts";
import type { ByteRange } from "./byte_ranges.ts";

/** A piece to send: bytes, or a part of the file. */
export type Piece = Uint8Array<ArrayBuffer> | ByteRange;

const CHUNK_BYTES = 128 * 1024;

/** The file was truncated while it was sent. */
export class FileTooShortError extends Error {
  override readonly name = "FileTooShortError";
}

/** Sends pieces one after the other, each read on demand. */
export class FileSource implements UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #file: DiskFile;
  readonly #pieces: Iterator<Piece>;
  readonly #slots: Slots;
  #left: ByteRange = { start: 0, length: 0 };
  #closed = false;

  /** @param file Owned from now on: closed after the last byte, on an error, and when the reader cancels. */
  constructor(file: DiskFile, pieces: readonly Piece[], slots: Slots) {
    this.#file = file;
    this.#pieces = pieces.values();
    this.#slots = slots;
  }

  /** A stream without a buffer. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream(this, { highWaterMark: 0 });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      const chunk = await this.#next();
      if (chunk !== undefined) return controller.enqueue(chunk);
      this.#close();
      controller.close();
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  cancel(): void {
    this.#close();
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#left.length === 0) {
      const { value: piece, done } = this.#pieces.next();
      if (done) return undefined;
      if (piece instanceof Uint8Array) return piece;
      this.#left = piece;
      await this.#file.seek(piece.start, Deno.SeekMode.Start);
    }
    const buffer = new Uint8Array(Math.min(this.#left.length, CHUNK_BYTES));
    const count = await this.#slots.run(() => this.#file.read(buffer));
    if (count === null) {
      throw new FileTooShortError(`${this.#left.length} bytes are missing at the end of the file`);
    }
    this.#left = { start: this.#left.start + count, length: this.#left.length - count };
    return buffer.subarray(0, count);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }
}
