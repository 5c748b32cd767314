/**
 * What a mission prints, line by line.
 *
 * @module
 */
import { lines } from "../../../protocol/lines.ts";

/** One of the two streams of a process. */
export type LogStream = "stdout" | "stderr";

/** The longest line that is shown. */
const LINE_MAX_BYTES = 1024 * 1024;

/**
 * Splits at `\n`, drops one `\r` before it, and gives an unterminated last line too.
 *
 * @throws {LineTooLongError} When a line grows past 1 MiB.
 */
export async function* logLines(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number = LINE_MAX_BYTES,
): AsyncGenerator<string, void, void> {
  for await (const line of lines(stream, { maxBytes, unterminated: true })) {
    yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}
