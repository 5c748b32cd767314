import { openSync, writeSync } from "node:fs";
import type { LogFormat, LogLevel } from "../../config/dugdale/config.ts";

/** Facts of a log record. Tokens are never among them. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the daemon tells what it does. */
export interface Log {
  /** What only helps to find a bug. */
  debug(message: string, fields?: LogFields): void;
  /** What happened as intended. */
  info(message: string, fields?: LogFields): void;
  /** What went wrong and was put right, or can wait. */
  warn(message: string, fields?: LogFields): void;
  /** A failure that needs attention. */
  error(message: string, fields?: LogFields): void;
}

/** A log that drops every record. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Makes a log of one record a line that keeps records of at least that level. */
export function lineLog(level: LogLevel, format: LogFormat, write: (line: string) => void): Log {
  const at = (own: LogLevel) => (message: string, fields: LogFields = {}): void => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
    const record = { time: new Date().toISOString(), level: own.toUpperCase(), msg: message, ...fields };
    write(format === "json" ? `${JSON.stringify(record, errorText)}\n` : `${textLine(record)}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/**
 * Opens what `log.output` names: `stderr`, `stdout`, or a file that is appended to. Lines that cannot be written are
 * dropped: a full disk, or a reader that has gone, must not stop what the lines tell of.
 */
export function openLogOutput(output: string): (line: string) => void {
  const name = output.toLowerCase();
  const file = name === "stderr" ? 2 : name === "stdout" ? 1 : openSync(output, "a", 0o640);
  return (line) => {
    try {
      writeSync(file, line);
    } catch {
      // There is no other place to report it.
    }
  };
}

function errorText(_: string, value: unknown): unknown {
  return value instanceof Error ? textOf(value) : value;
}

/** An error with its stack, and why it came about: of a database that cannot be written only that says "full". */
function textOf({ stack, name, message, cause }: Error): string {
  const own = stack ?? `${name}: ${message}`;
  return cause instanceof Error ? `${own}\nCaused by: ${textOf(cause)}` : own;
}

function textLine(record: LogFields): string {
  return Object.entries(record).filter(([, value]) => value !== undefined).map(([name, value]) => {
    const plain = value instanceof Error ? textOf(value) : value;
    const text = typeof plain === "string" ? plain : JSON.stringify(plain);
    return `${name}=${/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)}`;
  }).join(" ");
}
