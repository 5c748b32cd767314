/**
 * What a mission prints, line by line.
 *
 * @module
 */
import { LineTooLongError } from "../../protocol/ndjson.ts";

/** The longest line that is shown. */
const LINE_MAX_BYTES = 1024 * 1024;

/**
 * Splits at `\n`, drops one `\r` before it, and gives an unterminated last line too: unlike in a protocol, in a log
 * every byte was meant.
 *
 * @throws {LineTooLongError} When a line grows past 1 MiB.
 */
export async function* logLines(
  stream: AsyncIterable<Uint8Array<ArrayBuffer>>,
  maxBytes: number = LINE_MAX_BYTES,
): AsyncGenerator<string, void, void> {
  let kept: Uint8Array<ArrayBuffer>[] = [];
  let keptBytes = 0;
  const keep = (part: Uint8Array<ArrayBuffer>) => {
    keptBytes += part.length;
    if (keptBytes > maxBytes) throw new LineTooLongError(maxBytes);
    kept.push(part);
  };
  const take = () => {
    const line = decode(kept, keptBytes);
    kept = [];
    keptBytes = 0;
    return line;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end; (end = chunk.indexOf(10, start)) !== -1; start = end + 1) {
      keep(chunk.subarray(start, end));
      yield take();
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  }
  if (keptBytes > 0) yield take();
}

function decode(parts: readonly Uint8Array<ArrayBuffer>[], length: number): string {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(whole.at(-1) === 13 ? whole.subarray(0, -1) : whole);
}
