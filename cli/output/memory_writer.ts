/**
 * Buffered output.
 *
 * @module
 */
import type { Io, WriteOptions, Writer } from "./io.ts";

/** A writer in memory. */
export class MemoryWriter implements Writer {
  readonly isTerminal = false;
  readonly #parts: { readonly bytes: Uint8Array; readonly options: WriteOptions }[] = [];
  #bytes = 0;

  /** Whether nothing was written. */
  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, memory is not
  async write(content: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    this.#parts.push({ bytes, options });
    this.#bytes += bytes.length;
  }

  /** Writes everything to another writer. */
  async flushTo(writer: Writer): Promise<void> {
    for (const { bytes, options } of this.#parts) await writer.write(bytes, options);
    this.#parts.length = 0;
    this.#bytes = 0;
  }
}

/** A process whose output is buffered. */
export interface BufferedIo extends Io {
  readonly stdout: MemoryWriter;
  readonly stderr: MemoryWriter;
}

/** The same process with buffered output. */
export function bufferedIo(io: Io): BufferedIo {
  return { ...io, stdout: new MemoryWriter(), stderr: new MemoryWriter() };
}
