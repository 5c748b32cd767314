/**
 * The interface between the runtime and the process, so that nothing else uses Deno or Node. Everything is synchronous:
 * a script may start, report and end without ever reaching the event loop.
 *
 * @module
 */

/** Kind of a path, without following links. */
export type PathKind = "file" | "link" | "folder" | "other" | "missing";

/** An open descriptor for appending. */
export interface Writer {
  /** Writes a part or all of the bytes and returns their number. */
  write(bytes: Uint8Array): number;
  close(): void;
}

/** The two signals that ask a mission to stop. */
export type StopSignal = "SIGTERM" | "SIGINT";

/** The process as used by the runtime. */
export interface Host {
  /** Arguments after the script. */
  readonly args: readonly string[];
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** The names of all variables, or undefined if listing them is not allowed. */
  envNames(): readonly string[] | undefined;
  cwd(): string;
  /** Reads stdin to its end. */
  readStdin(): string;
  readText(path: string): string;
  /** The names in a folder; empty if it does not exist. */
  list(path: string): readonly string[];
  kind(path: string): PathKind;
  /** Size of a file, following links, or undefined if it cannot be read. */
  size(path: string): number | undefined;
  makeFolder(path: string): void;
  openRead(path: string): ReadableStream<Uint8Array<ArrayBuffer>>;
  openAppend(path: string): Writer;
  readonly stdout: Writer;
  readonly stderr: Writer;
  stderrIsTerminal(): boolean;
  onSignal(name: StopSignal, heard: () => void): void;
  /** Handles uncaught errors, instead of the engine's own report and exit. */
  onUncaught(caught: (error: unknown) => void): void;
  /** Called when the event loop is empty; returns whether that has changed. */
  onIdle(idle: () => boolean): void;
  /** Called with the exit code while the process exits, for any reason; only synchronous work is possible. */
  onExit(exiting: (code: number) => void): void;
  /** Calls back later without keeping the process alive; returns a function that cancels this. */
  later(ms: number, due: () => void): () => void;
  /** Lets the event loop turn once, so that signals and timers are processed. */
  turn(): Promise<void>;
  exit(code: number): never;
}

/** Writes all bytes, in several writes if necessary. */
export function writeAll(writer: Writer, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writer.write(bytes.subarray(done));
}
