/**
 * The real process as an {@linkcode Io}.
 *
 * @module
 */
import { BrokenPipeError, OutputError } from "../errors.ts";
import type { Io, Source, WriteOptions, Writer } from "./io.ts";
import { TerminalBytes, terminalText } from "./terminal_text.ts";

interface ProcessStream {
  write(bytes: Uint8Array): Promise<number>;
  isTerminal(): boolean;
}

/** Writes to a stream of the process, one write after the other. */
class ProcessWriter implements Writer {
  readonly isTerminal: boolean;
  readonly #stream: ProcessStream;
  readonly #name: string;
  readonly #encoder = new TextEncoder();
  readonly #chunks = new TerminalBytes();
  #last: Promise<void> = Promise.resolve();

  constructor(stream: ProcessStream, name: string) {
    this.#name = name;
    this.#stream = stream;
    this.isTerminal = stream.isTerminal();
  }

  write(content: string | Uint8Array, { raw = false }: WriteOptions = {}): Promise<void> {
    const shown = this.isTerminal && !raw ? this.#safe(content) : content;
    const bytes = typeof shown === "string" ? this.#encoder.encode(shown) : shown;
    const written = this.#last.then(() => this.#writeAll(bytes));
    // A failed write rejects for its caller only; later writes are still attempted.
    this.#last = written.catch(() => {});
    return written;
  }

  #safe(content: string | Uint8Array): string {
    if (typeof content !== "string") return this.#chunks.push(content);
    return this.#chunks.rest() + terminalText(content);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
    } catch (cause) {
      if (cause instanceof Deno.errors.BrokenPipe) throw new BrokenPipeError("broken pipe", { cause });
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new OutputError(`${this.#name} cannot be written: ${words}`, { cause });
    }
  }
}

class ProcessSource implements Source {
  readonly isTerminal: boolean = Deno.stdin.isTerminal();

  async readAll(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: BlobPart[] = [];
    for (;;) {
      const chunk = new Uint8Array(64 * 1024);
      const size = await Deno.stdin.read(chunk);
      if (size === null) return new Uint8Array(await new Blob(chunks).arrayBuffer());
      chunks.push(chunk.subarray(0, size));
    }
  }

  async readLine(): Promise<string | undefined> {
    const bytes: number[] = [];
    const one = new Uint8Array(1);
    // Byte by byte: data after the line belongs to other readers.
    for (;;) {
      const size = await Deno.stdin.read(one);
      if (size === null && bytes.length === 0) return undefined;
      if (size === null || one[0] === 10) return new TextDecoder().decode(new Uint8Array(bytes));
      bytes.push(...one);
    }
  }

  async *typed(): AsyncGenerator<string, void, void> {
    Deno.stdin.setRaw(true, { cbreak: true });
    try {
      const decoder = new TextDecoder();
      const chunk = new Uint8Array(1024);
      for (;;) {
        const size = await Deno.stdin.read(chunk);
        if (size === null) return;
        yield decoder.decode(chunk.subarray(0, size), { stream: true });
      }
    } finally {
      Deno.stdin.setRaw(false);
    }
  }
}

/**
 * The streams and the environment of this process.
 *
 * @param leave Ends the process.
 */
export function processIo(leave: (code: number) => never): Io {
  return {
    stdin: new ProcessSource(),
    stdout: new ProcessWriter(Deno.stdout, "stdout"),
    stderr: new ProcessWriter(Deno.stderr, "stderr"),
    env: (name) => Deno.env.get(name),
    columns: () => sizeOfTerminal().columns,
    rows: () => sizeOfTerminal().rows,
    leave,
  };
}

function sizeOfTerminal(): { readonly columns: number; readonly rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 }; // not a terminal
  }
}
