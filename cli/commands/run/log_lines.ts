/**
 * Splits output into lines.
 *
 * @module
 */

/** One of the two streams of a process. */
export type LogStream = "stdout" | "stderr";

/** Longer lines are split. */
const LINE_MAX_BYTES = 1024 * 1024;
const NEWLINE = 10;
const RETURN = 13;

/**
 * Splits at `\n` and `\r\n`, and at `\r`, so that progress that overwrites itself is visible immediately. A line longer
 * than 1 MiB is split; an unterminated last line counts as a line.
 */
export async function* logLines(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number = LINE_MAX_BYTES,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  /** Whether a newline is to be ignored: a carriage return or the limit has already ended its line. */
  let ended = false;
  const take = (part: Uint8Array, isEnd: boolean): string => {
    const line = text + decoder.decode(part, { stream: !isEnd });
    text = "";
    bytes = 0;
    return line;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === NEWLINE || byte === RETURN) {
        const part = chunk.subarray(start, at);
        const isEmpty = bytes + part.length === 0;
        start = at + 1;
        if (isEmpty && (byte === RETURN || ended)) {
          // A carriage return at the start of a line does not end one.
          if (byte === NEWLINE) ended = false;
          continue;
        }
        ended = byte === RETURN;
        yield take(part, true);
      } else if (bytes + at + 1 - start === maxBytes) {
        yield take(chunk.subarray(start, at + 1), false);
        start = at + 1;
        ended = true;
      }
    }
    const rest = chunk.subarray(start);
    if (rest.length === 0) continue;
    text += decoder.decode(rest, { stream: true });
    bytes += rest.length;
  }
  const last = take(new Uint8Array(), true);
  if (last !== "") yield last;
}
