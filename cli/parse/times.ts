/**
 * Times on the command line.
 *
 * @module
 */
import { InvalidDurationError, parseDuration } from "../../protocol/duration.ts";
import { UsageError } from "../errors.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DATE =
  /^(?<day>\d{4}-\d\d-(?<dayOfMonth>\d\d))(?:[T ](?<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?))?$/;

/**
 * Unix milliseconds of a string: `7d`, `-7d` and `1d12h` count back from now; a date such as `2026-01-31` or
 * `2026-01-31T08:00Z` and an integer are used as they are. Undefined for times up to 1970.
 *
 * @param what As in `--since`, for errors.
 * @throws {UsageError} When the string is invalid.
 */
export function parseTime(what: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined || text === "") return undefined;
  const ms = timeOf(what, text, nowMs);
  return ms > 0 ? ms : undefined;
}

function timeOf(what: string, text: string, nowMs: number): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  const ms = dateMs(text) ?? nowMs - agoMs(text);
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError(
    `${what} ${JSON.stringify(text)} must be like 1h, 7d, 2026-01-31T08:00 or Unix milliseconds`,
  );
}

/** Milliseconds of `-1d12h`, with or without the sign; NaN for other strings. */
function agoMs(text: string): number {
  const [, days, rest = ""] = /^-?(?:(\d+)d)?(\d.*)?$/.exec(text) ?? [];
  if (days === undefined && rest === "") return NaN;
  try {
    return Number(days ?? 0) * DAY_MS + (rest === "" ? 0 : parseDuration(rest));
  } catch (error) {
    if (!(error instanceof InvalidDurationError)) throw error;
    return NaN;
  }
}

/** A date without an offset is in the local time zone. Undefined when the string is not a date. */
function dateMs(text: string): number | undefined {
  const { day, dayOfMonth, time = "00:00" } = DATE.exec(text)?.groups ?? {};
  // Date.parse() accepts 30 February as 2 March.
  if (day === undefined || new Date(`${day}T00:00Z`).getUTCDate() !== Number(dayOfMonth)) return undefined;
  const ms = Date.parse(`${day}T${time}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Unix milliseconds of a date or a number. @throws {UsageError} When the string is neither. */
export function parseMoment(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) : dateMs(text);
  if (ms !== undefined) return ms;
  throw new UsageError(
    `${flag} ${JSON.stringify(text)} must be a date such as 2030-01-31T08:00:00Z, or Unix milliseconds`,
  );
}

/** Time for a dugdale to end a mission that timed out, before the wait ends. */
const AFTER_TIMEOUT_MS = 30_000;

/** The flags that determine the wait. */
export interface WaitFlags {
  readonly timeout: string | undefined;
  readonly "wait-timeout": string | undefined;
}

/**
 * Milliseconds to wait, counted from the accepted dispatch; undefined means forever. Zero and less end immediately.
 *
 * @param laterMs Additional time after the mission's timeout; Infinity if unknown.
 * @throws {UsageError} When a flag is not a duration.
 */
export function waitLimit({ timeout, "wait-timeout": wait }: WaitFlags, laterMs = 0): number | undefined {
  const timeoutMs = timeout === undefined ? undefined : duration("--timeout", timeout);
  if (wait === "0") return undefined;
  if (wait !== undefined) return duration("--wait-timeout", wait);
  const known = timeoutMs !== undefined && laterMs !== Infinity;
  return known ? laterMs + timeoutMs + AFTER_TIMEOUT_MS : undefined;
}

/** The value of a flag in milliseconds. @throws {UsageError} When it is not a duration. */
export function duration(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    if (cause instanceof InvalidDurationError) throw new UsageError(`${flag}: ${cause.message}`, { cause });
    throw cause;
  }
}
