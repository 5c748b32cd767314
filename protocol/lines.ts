/**
 * Splits bytes into lines: the framing of event streams, combined output and descriptor 3.
 *
 * @module
 */
import { concat } from "@std/bytes";

const NEWLINE = 10;

/** A line exceeds the maximum length. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";

  constructor(maxBytes: number) {
    super(`line is longer than ${maxBytes} bytes`);
  }
}

/** One line, without its newline. */
export interface Line {
  /** Its bytes, or the beginning of a line that is too long. */
  readonly bytes: Uint8Array;
  /** Its total length in bytes. */
  readonly length: number;
}

/** Splits a stream of bytes at `\n`. */
export class LineSplitter {
  readonly #keepBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @param keepBytes Maximum number of bytes kept of a line; the rest is only counted. */
  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes;
  }

  /** Length of the unterminated line. */
  get pendingBytes(): number {
    return this.#length;
  }

  /** Takes the next bytes and returns the lines completed by them. Their bytes may share memory with the chunk. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end; (end = chunk.indexOf(NEWLINE, start)) !== -1; start = end + 1) {
      lines.push(this.#take(chunk.subarray(start, end)));
    }
    const rest = chunk.subarray(start);
    // Copied, because the caller may reuse the chunk.
    if (rest.length > 0 && this.#room > 0) this.#parts.push(rest.slice(0, this.#room));
    this.#length += rest.length;
    return lines;
  }

  /** The bytes after the last newline; undefined if there are none. */
  end(): Line | undefined {
    return this.#length === 0 ? undefined : this.#take(new Uint8Array());
  }

  get #room(): number {
    return Math.max(0, this.#keepBytes - this.#length);
  }

  #take(tail: Uint8Array): Line {
    const end = tail.subarray(0, this.#room);
    const line = {
      bytes: this.#length === 0 ? end : concat([...this.#parts, end]),
      length: this.#length + tail.length,
    };
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

/** Options of {@linkcode lines}. */
export interface LinesOptions {
  /** Maximum line length, without the newline. */
  readonly maxBytes: number;
  /** Whether bytes after the last newline count as a line. Default false: in a protocol they may be incomplete. */
  readonly unterminated?: boolean | undefined;
}

/**
 * Splits a stream of bytes at `\n` and decodes each line as UTF-8.
 *
 * @throws {LineTooLongError} When a line is longer than `maxBytes`.
 */
export async function* lines(
  stream: AsyncIterable<Uint8Array>,
  { maxBytes, unterminated = false }: LinesOptions,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  const splitter = new LineSplitter(maxBytes);
  for await (const chunk of stream) {
    for (const { bytes, length } of splitter.push(chunk)) {
      if (length > maxBytes) throw new LineTooLongError(maxBytes);
      yield decoder.decode(bytes);
    }
    if (splitter.pendingBytes > maxBytes) throw new LineTooLongError(maxBytes);
  }
  const last = unterminated ? splitter.end() : undefined;
  if (last !== undefined) yield decoder.decode(last.bytes);
}
