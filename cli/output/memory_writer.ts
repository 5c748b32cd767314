/**
 * Output that is kept until its turn comes.
 *
 * @module
 */
import type { Io, Sink } from "./io.ts";

/** A sink in memory. */
export class MemorySink implements Sink {
  readonly isTerminal = false;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Whether nothing was written. */
  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, memory is not
  async write(content: string | Uint8Array): Promise<void> {
    const part = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /** Writes everything to another sink. */
  async flushTo(sink: Sink): Promise<void> {
    for (const part of this.#parts) await sink.write(part);
    this.#parts.length = 0;
    this.#bytes = 0;
  }
}

/** The same process with output that is kept. */
export function bufferedIo(io: Io): Io & { readonly stdout: MemorySink; readonly stderr: MemorySink } {
  return { ...io, stdout: new MemorySink(), stderr: new MemorySink() };
}
