/**
 * The face of the process that the runtime stands on, so that nothing else names Deno or Node. Everything is
 * synchronous: a script may start, report and end without ever reaching the event loop.
 *
 * @module
 */

/** What stands at a path, links not followed. */
export type PathKind = "file" | "link" | "folder" | "other" | "missing";

/** An open descriptor that bytes can be appended to. */
export interface Writer {
  /** Writes a part or all of the bytes and says how many. */
  write(bytes: Uint8Array): number;
  close(): void;
}

/** The two signals that ask a mission to stop. */
export type StopSignal = "SIGTERM" | "SIGINT";

/** The process as the runtime sees it. */
export interface Host {
  /** Arguments after the script. */
  readonly args: readonly string[];
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** The names of all variables, or undefined where listing them is not allowed. */
  envNames(): readonly string[] | undefined;
  cwd(): string;
  /** Everything on stdin. */
  readStdin(): string;
  readText(path: string): string;
  /** The names in a folder; none when it does not exist. */
  list(path: string): readonly string[];
  kind(path: string): PathKind;
  /** Bytes of a file, links followed, or undefined when it cannot be read. */
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
  /** Called when the event loop has nothing left to do; the answer says whether that has changed. */
  onIdle(idle: () => boolean): void;
  /** Called with the exit code while the process exits, whatever the cause; only synchronous work is possible. */
  onExit(exiting: (code: number) => void): void;
  /** Calls back later without keeping the process alive; the result cancels. */
  later(ms: number, due: () => void): () => void;
  /** Lets the event loop turn once, so that signals and timers are seen. */
  turn(): Promise<void>;
  exit(code: number): never;
}

/** Writes all bytes, however few a single write takes. */
export function writeAll(writer: Writer, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writer.write(bytes.subarray(done));
}
