/**
 * Access to the process for commands: streams, environment, terminal. Tests and fan-outs substitute their own.
 *
 * @module
 */

/** An output stream. Writes keep their order and are not interleaved. */
export interface Writer {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /**
   * Writes a string or bytes. Resolves when the operating system has accepted them. On a terminal, control characters
   * other than colours are shown as symbols.
   *
   * @param options.raw Writes everything unchanged.
   * @throws {OutputError} When writing fails; a `BrokenPipeError` when the other end of the pipe is closed.
   */
  write(content: string | Uint8Array, options?: WriteOptions): Promise<void>;
}

/** Options of a write. */
export interface WriteOptions {
  readonly raw?: boolean;
}

/** The same process, writing everything unchanged. */
export function rawIo(io: Io): Io {
  const raw = (writer: Writer): Writer => ({
    isTerminal: writer.isTerminal,
    write: (content) => writer.write(content, { raw: true }),
  });
  return { ...io, stdout: raw(io.stdout), stderr: raw(io.stderr) };
}

/** An input stream. */
export interface Source {
  readonly isTerminal: boolean;
  /** Everything up to the end. */
  readAll(): Promise<Uint8Array<ArrayBuffer>>;
  /** One line without its newline; undefined at the end of input. */
  readLine(): Promise<string | undefined>;
  /** Key presses on a terminal, without echo. Ctrl-C remains a signal. Ends with the input. */
  typed(): AsyncGenerator<string, void, void>;
}

/** The process around a command. */
export interface Io {
  readonly stdin: Source;
  readonly stdout: Writer;
  readonly stderr: Writer;
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** Width of the terminal in columns. */
  columns(): number;
  /** Height of the terminal in lines. */
  rows(): number;
  /** Ends the process immediately. */
  leave(code: number): never;
}
