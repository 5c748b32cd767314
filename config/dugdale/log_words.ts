/**
 * Names of log levels and formats, as used in the file and the flags of a dugdale.
 *
 * @module
 */
import type { LogFormat, LogLevel, LogOutputType } from "./config.ts";

/** All levels, the most verbose first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** All formats. */
export const LOG_FORMATS: readonly LogFormat[] = ["json", "text"];
/** All types of outputs. */
export const LOG_OUTPUT_TYPES: readonly LogOutputType[] = ["stderr", "stdout", "file"];

/**
 * The level that `--log-level` selects: case-insensitive, trimmed, with `warning` for `warn` and an empty string for
 * `info`; `undefined` for other words. The file is stricter.
 */
export function findLogLevel(flag: string): LogLevel | undefined {
  const word = flag.trim().toLowerCase();
  if (word === "") return "info";
  return word === "warning" ? "warn" : LOG_LEVELS.find((level) => level === word);
}

/** The format that `--log-format` selects: as with levels, an empty string for `json`; `undefined` for other words. */
export function findLogFormat(flag: string): LogFormat | undefined {
  const word = flag.trim().toLowerCase();
  return word === "" ? "json" : LOG_FORMATS.find((format) => format === word);
}
