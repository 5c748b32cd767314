import { concat } from "@std/bytes";
import { fstatSync } from "node:fs";
import type { LogFormat, LogLevel } from "../../config/dugdale/config.ts";
import { systemClock } from "./clock.ts";

/** Fields of a log record. Never contains tokens. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log of the daemon. */
export interface Log {
  /** For debugging. */
  debug(message: string, fields?: LogFields): void;
  /** Normal operation. */
  info(message: string, fields?: LogFields): void;
  /** A problem that was handled, or can wait. */
  warn(message: string, fields?: LogFields): void;
  /** A failure that needs attention. */
  error(message: string, fields?: LogFields): void;
}

/** A log that drops every record. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** One output of a log. */
export interface LogTarget {
  /** Minimum level, called for each record. */
  readonly level: () => LogLevel;
  readonly format: LogFormat;
  /** Begin each line with `<N>`, the priority that journald and syslog read. Default false. */
  readonly priority?: boolean;
  readonly write: (line: string) => void;
}

/** Levels of events by their names, called for each record; undefined when there are none. */
export type EventLevels = () => Readonly<Record<string, LogLevel | "off">> | undefined;

/** Priorities of syslog, of which journald makes `PRIORITY`. */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/**
 * Creates a log with one line for each record.
 *
 * @param level Minimum level; a function is called for each record.
 */
export function lineLog(
  level: LogLevel | (() => LogLevel),
  format: LogFormat,
  write: (line: string) => void,
): Log {
  return targetLog([{ level: typeof level === "function" ? level : () => level, format, write }]);
}

/**
 * Creates a log with several outputs.
 *
 * @param events Default: each record has its own level.
 */
export function targetLog(targets: readonly LogTarget[], events?: EventLevels): Log {
  const at = (own: LogLevel) => (message: string, fields: LogFields = {}): void => {
    const levels = events?.();
    const level = levels === undefined ? own : levelOf(message, fields, levels) ?? own;
    if (level === "off") return;
    let record: LogFields | undefined;
    const texts: Partial<Record<LogFormat, string>> = {};
    for (const target of targets) {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(target.level())) continue;
      record ??= { time: new Date().toISOString(), level: level.toUpperCase(), msg: message, ...fields };
      const { format, priority, write } = target;
      const text = texts[format] ??= format === "json" ? JSON.stringify(record, errorText) : textLine(record);
      write(priority ? `<${PRIORITIES[level]}>${text}\n` : `${text}\n`);
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What the ends of attempts and missions are called as events. */
const PHASES: Readonly<Record<string, string>> = {
  dispatched: "queued",
  started: "starting",
  attempt_failed: "retrying",
};

/** The level that the configuration gives a record: that of `mission.failed` before that of `mission`. */
function levelOf(
  message: string,
  { phase, outcome }: LogFields,
  events: Readonly<Record<string, LogLevel | "off">>,
): LogLevel | "off" | undefined {
  const find = (name: string) => Object.hasOwn(events, name) ? events[name] : undefined;
  if (message !== "mission") return find(message);
  const end = outcome === "success" ? "succeeded" : String(outcome);
  return find(`mission.${PHASES[String(phase)] ?? end}`) ?? find(message);
}

/** When a log file is renamed. */
export interface Rotation {
  /** Size that a file does not exceed, unless by a single line. 0 is no limit. */
  readonly maxBytes: number;
  /** Number of renamed files to keep: `path.1` is the newest. */
  readonly keep: number;
}

/** Queue for a stalled reader; further lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * The target of `log.output`: `stderr`, `stdout`, or a file to append to. Writing never blocks: output to a stalled
 * pipe or terminal continues in the background, and lines that do not fit in the queue are dropped and counted. Lines
 * that cannot be written, for example on a full disk, are dropped too: a failing log must not stop the work.
 */
export class LogOutput implements Disposable {
  /** The functions of node:fs would block the event loop while the reader of a pipe stalls. */
  #file: Pick<Deno.FsFile, "write" | "writeSync" | "close">;
  /** Writes to a file on disk do not stall as those to a pipe do, and keep their order in a crash. */
  readonly #isFile: boolean;
  /** Undefined for a standard stream. */
  readonly #path: string | undefined;
  readonly #rotation: Rotation;
  /** Size of the file. */
  #bytes = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  /**
   * @param output A standard stream, or the path of a file.
   * @param rotation Default: the file is not renamed.
   * @throws {Error} When the file cannot be opened.
   */
  constructor(output: string, rotation: Rotation = { maxBytes: 0, keep: 0 }) {
    this.#rotation = rotation;
    const name = output.toLowerCase();
    if (name === "stderr" || name === "stdout") {
      this.#file = Deno[name];
      this.#isFile = fstatSync(name === "stdout" ? 1 : 2).isFile();
    } else {
      const file = openAppending(output);
      this.#path = output;
      this.#file = file;
      const { isFile, size } = file.statSync();
      this.#isFile = isFile;
      this.#bytes = size;
    }
  }

  readonly write = (line: string): void => {
    const bytes = encoder.encode(line);
    if (this.#isFile) return this.#writeNow(bytes);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      const note = encoder.encode(
        `letts: ${this.#dropped} log lines were dropped: the reader of the log stalled\n`,
      );
      this.#queue(note);
      this.#dropped = 0;
    }
    this.#queue(bytes);
    this.#writing ??= this.#writeWaiting().finally(() => this.#writing = undefined);
  };

  /**
   * Opens a file again, for example after it was renamed. Does nothing for other outputs.
   *
   * @throws {Error} When it cannot be opened; lines then go on to the file as before.
   */
  reopen(): void {
    if (this.#path === undefined || !this.#isFile) return;
    const file = openAppending(this.#path);
    this.#file.close();
    this.#file = file;
    this.#bytes = file.statSync().size;
  }

  /** Closes a file; the standard streams stay open. */
  [Symbol.dispose](): void {
    if (this.#file !== Deno.stdout && this.#file !== Deno.stderr) this.#file.close();
  }

  /** Waits until everything is written, up to a number of milliseconds. */
  async flush(ms: number): Promise<void> {
    if (this.#writing === undefined) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    using _timer = systemClock.after(ms, resolve);
    await Promise.race([this.#writing, late]);
  }

  #queue(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #writeNow(bytes: Uint8Array): void {
    try {
      const { maxBytes } = this.#rotation;
      if (maxBytes > 0 && this.#bytes > 0 && this.#bytes + bytes.length > maxBytes) this.#rotate();
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#file.writeSync(rest));
      this.#bytes += bytes.length;
    } catch {
      // A log that cannot be written has no other place to report it.
    }
  }

  /** Renames the file and begins a new one. If that fails, the lines go on to the file as before. */
  #rotate(): void {
    const path = this.#path;
    if (path === undefined) return;
    // Tried again only after as many bytes more.
    this.#bytes = 0;
    try {
      const { keep } = this.#rotation;
      for (let number = keep - 1; number >= 1; number--) {
        renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
      }
      if (keep > 0) Deno.renameSync(path, `${path}.1`);
      else Deno.removeSync(path);
      this.reopen();
    } catch {
      // As above.
    }
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const chunk = concat(this.#waiting);
      this.#waiting = [];
      for (let rest = chunk; rest.length > 0;) {
        try {
          rest = rest.subarray(await this.#file.write(rest));
        } catch {
          // The reader has closed its end.
          break;
        }
      }
      this.#waitingBytes -= chunk.length;
    }
  }
}

/** Renames the file, unless there is none. */
function renameIfThere(path: string, to: string): void {
  try {
    Deno.renameSync(path, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function openAppending(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true, mode: 0o640 });
}

const encoder = new TextEncoder();
function errorText(_: string, value: unknown): unknown {
  return value instanceof Error ? textOf(value) : value;
}

/** An error with its stack and causes: a failed database write says "full" only in its cause. */
function textOf({ stack, name, message, cause }: Error): string {
  const own = stack ?? `${name}: ${message}`;
  return cause instanceof Error ? `${own}\nCaused by: ${textOf(cause)}` : own;
}

function textLine(record: LogFields): string {
  return Object.entries(record).filter(([, value]) => value !== undefined).map(([name, value]) => {
    const plain = value instanceof Error ? textOf(value) : value;
    const text = typeof plain === "string" ? plain : JSON.stringify(plain);
    return `${name}=${PLAIN.test(text) ? text : quoted(text)}`;
  }).join(" ");
}

// deno-lint-ignore no-control-regex -- control characters are what is quoted
const PLAIN = /^[^\s"=\x00-\x1f\x7f-\x9f]+$/;

/** JSON escapes only some of the control characters; a terminal interprets others as well. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
}
