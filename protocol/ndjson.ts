/**
 * Bytes to lines: the framing of event streams, combined output and fd 3.
 *
 * @module
 */

/** A line that is longer than the reader allows. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";

  constructor(maxBytes: number) {
    super(`line is longer than ${maxBytes} bytes`);
  }
}

/** Options of {@linkcode lines}. */
export interface LinesOptions {
  /** The longest line, without its newline, that is kept in memory. */
  readonly maxBytes: number;
}

/**
 * Splits a stream of bytes at `\n` and decodes each line as UTF-8. A last line without a newline is dropped:
 * it may be only the first part of what the sender meant.
 *
 * @throws {LineTooLongError} When a line grows past `maxBytes`.
 */
export async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: LinesOptions,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end; (end = chunk.indexOf(10, start)) !== -1; start = end + 1) {
      const tail = chunk.subarray(start, end);
      if (keptBytes + tail.length > options.maxBytes) throw new LineTooLongError(options.maxBytes);
      yield decoder.decode(keptBytes === 0 ? tail : join([...kept, tail], keptBytes + tail.length));
      kept = [];
      keptBytes = 0;
    }
    if (start === chunk.length) continue;
    kept.push(chunk.subarray(start));
    keptBytes += chunk.length - start;
    if (keptBytes > options.maxBytes) throw new LineTooLongError(options.maxBytes);
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
