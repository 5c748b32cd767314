/**
 * The words for levels and formats of the log, as the file and the flags of a dugdale spell them.
 *
 * @module
 */
import type { LogFormat, LogLevel } from "./config.ts";

/** Every level, the most verbose first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** Every format. */
export const LOG_FORMATS: readonly LogFormat[] = ["json", "text"];

/**
 * The level that `--log-level` means: in any case, with spaces around it, `warning` for `warn`, nothing for
 * `info`; `undefined` for other words. The file is stricter.
 */
export function findLogLevel(flag: string): LogLevel | undefined {
  const word = flag.trim().toLowerCase();
  if (word === "") return "info";
  return word === "warning" ? "warn" : LOG_LEVELS.find((level) => level === word);
}

/** The format that `--log-format` means: as with levels, nothing for `json`; `undefined` for other words. */
export function findLogFormat(flag: string): LogFormat | undefined {
  const word = flag.trim().toLowerCase();
  return word === "" ? "json" : LOG_FORMATS.find((format) => format === word);
}
