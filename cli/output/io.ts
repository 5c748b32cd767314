/**
 * What commands use of the process: streams, environment, terminal. Tests and fan-outs substitute their own.
 *
 * @module
 */

/** An output stream. Writes keep their order and are not mixed. */
export interface Writer {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /**
   * Writes a string or bytes. Resolves when the operating system has accepted them. On a terminal, control characters
   * are shown as symbols, but for colours.
   *
   * @param options.raw Writes everything as it is.
   * @throws {OutputError} When they cannot be written; a `BrokenPipeError` when the other end of the pipe is closed.
   */
  write(content: string | Uint8Array, options?: WriteOptions): Promise<void>;
}

/** How something is written. */
export interface WriteOptions {
  readonly raw?: boolean;
}

/** The same process, which writes everything as it is. */
export function rawIo(io: Io): Io {
  const raw = (writer: Writer): Writer => ({
    isTerminal: writer.isTerminal,
    write: (content) => writer.write(content, { raw: true }),
  });
  return { ...io, stdout: raw(io.stdout), stderr: raw(io.stderr) };
}

/** Where input comes from. */
export interface Source {
  readonly isTerminal: boolean;
  /** Everything up to the end. */
  readAll(): Promise<Uint8Array<ArrayBuffer>>;
  /** One line without its newline; undefined at the end of input. */
  readLine(): Promise<string | undefined>;
  /** What is typed on a terminal, as it comes and unseen. Ctrl-C stays a signal. Ends with the input. */
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
  /** Ends the process at once. */
  leave(code: number): never;
}
