/**
 * Output that is kept until its turn comes.
 *
 * @module
 */
import type { Io, Writer } from "./io.ts";

/** A writer in memory. */
export class MemoryWriter implements Writer {
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

  /** Writes everything to another writer. */
  async flushTo(writer: Writer): Promise<void> {
    for (const part of this.#parts) await writer.write(part);
    this.#parts.length = 0;
    this.#bytes = 0;
  }
}

/** A process whose output is kept in memory. */
export interface BufferedIo extends Io {
  readonly stdout: MemoryWriter;
  readonly stderr: MemoryWriter;
}

/** The same process with output that is kept. */
export function bufferedIo(io: Io): BufferedIo {
  return { ...io, stdout: new MemoryWriter(), stderr: new MemoryWriter() };
}
