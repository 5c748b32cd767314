/**
 * Durations as used on the daemon's wire and in both YAML files: `250ms`, `30s`, `1h30m`.
 *
 * @module
 */

import { quote } from "./clip.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const WHOLE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d*)(\.?\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** A string that is not a duration. */
export class InvalidDurationError extends Error {
  override readonly name = "InvalidDurationError";

  constructor(text: string) {
    super(`duration ${quote(text)} must be like 250ms, 30s, 5m or 1h30m`);
  }
}

/**
 * Parses a duration into milliseconds, truncating fractions: an optional sign, then one or more `<decimal><unit>` with
 * the units `ns us µs ms s m h`. The bare string `0` is valid; days are not.
 *
 * @throws {InvalidDurationError} When the string is invalid.
 */
export function parseDuration(text: string): number {
  if (text === "0" || text === "+0" || text === "-0") return 0;
  if (!WHOLE.test(text)) throw new InvalidDurationError(text);
  // Kept apart, because a sum of years and fractions has no space for the digits of the fractions.
  let wholeMs = 0, fractionMs = 0;
  for (const [, integer = "", fraction = "", unit = ""] of text.matchAll(PART)) {
    const unitMs = UNIT_MS[unit] ?? 0;
    if (unitMs >= 1) wholeMs += Number(integer) * unitMs;
    else fractionMs += Number(integer) * unitMs;
    fractionMs += Number(`0${fraction}`) * unitMs;
  }
  // Rounding to the nanosecond first keeps 0.3s at 300 ms: 0.3 × 1000 is not exact in binary.
  const whole = wholeMs + Math.trunc(Math.round(fractionMs * 1e6) / 1e6);
  if (!Number.isSafeInteger(whole)) throw new InvalidDurationError(text);
  return text.startsWith("-") && whole !== 0 ? -whole : whole;
}

/** Whether a duration of 0 ms was written as more than that: a limit of `1us` must not mean no limit. */
export function isCutToZero(text: string): boolean {
  return parseDuration(text) === 0 && /[1-9]/.test(text);
}

/** Formats milliseconds as in the daemon's messages: `200ms`, `1.5s`, `1m30s`, `1h`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  return (hours ? `${hours}h` : "") + (minutes ? `${minutes}m` : "") + (seconds ? `${seconds}s` : "");
}
