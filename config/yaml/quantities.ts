/**
 * Decoders of durations and byte sizes.
 *
 * @module
 */
import { formatDuration, InvalidDurationError, parseDuration } from "../../protocol/duration.ts";
import { findByteSize, formatByteSize } from "./byte_size.ts";
import { filledText } from "./scalars.ts";
import type { Decoder } from "./decoder.ts";
import { RULE_ORDER } from "./rule_order.ts";

const DAY_MS = 86_400_000;
// For editors; the decoder is authoritative.
const DURATION_HINT = "^(?:0|[0-9]+d|(?:[0-9.]+(?:ns|us|µs|ms|s|m|h))+)?$";
const BYTE_SIZE_HINT = "^(?:[0-9]+ *(?:KiB|MiB|GiB)?)?$";
const DAYS = /^([+-]?\d+)d$/;

/**
 * A non-negative duration in milliseconds: `250ms`, `1h30m`, whole days as `7d`, or `0`. A positive duration below a
 * millisecond becomes one, because 0 has a meaning of its own. An empty string means not set.
 */
export function duration(description: string, defaultMs: number): Decoder<number> {
  const schema = { type: ["string", "integer"], pattern: DURATION_HINT, default: days(defaultMs) };
  const inner = filledText(description, schema);
  return {
    schema: inner.schema,
    decode(value) {
      const typed = inner.decode(value);
      if (typed === undefined) return undefined;
      const ms = findDuration(typed);
      if (ms === undefined) {
        value.defer(
          RULE_ORDER.duration,
          `must be a duration such as 250ms, 30s, 1h30m or 7d, not ${JSON.stringify(typed)}`,
        );
      }
      return ms;
    },
  };
}

/** A non-negative size in bytes: `1048576`, `768KiB`, `2 MiB`, `1GiB`. An empty string means not set. */
export function byteSize(description: string, defaultBytes: number): Decoder<number> {
  const schema = {
    type: ["string", "integer"],
    pattern: BYTE_SIZE_HINT,
    default: formatByteSize(defaultBytes),
  };
  const inner = filledText(description, schema);
  return {
    schema: inner.schema,
    decode(value) {
      const typed = inner.decode(value);
      if (typed === undefined) return undefined;
      const bytes = findByteSize(typed);
      if (bytes === undefined) {
        value.defer(
          RULE_ORDER.byteSize,
          `must be a size such as 4096, 256KiB, 2MiB or 1GiB, not ${JSON.stringify(typed)}`,
        );
      }
      return bytes;
    },
  };
}

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d))?$/;

/**
 * A date in Unix milliseconds: `2027-01-31`, which is midnight UTC, or `2027-01-31T08:00Z`. The empty string counts as
 * not written.
 *
 * @param order The order of the error for an invalid string; see {@linkcode YamlValue.defer}.
 */
export function moment(description: string, order: number): Decoder<number> {
  const inner = filledText(description, { type: "string" });
  return {
    schema: inner.schema,
    decode(value) {
      const typed = inner.decode(value);
      if (typed === undefined) return undefined;
      const ms = momentOf(typed);
      if (ms === undefined) {
        value.defer(
          order,
          `must be a date such as 2027-01-31 or 2027-01-31T08:00Z, not ${JSON.stringify(typed)}`,
        );
      }
      return ms;
    },
  };
}

function momentOf(typed: string): number | undefined {
  const [, day, time = "00:00", zone = "Z"] = MOMENT.exec(typed) ?? [];
  const startMs = Date.parse(`${day}T00:00Z`);
  // A date such as 2027-02-30 would be read as a day of March.
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== day) return undefined;
  const ms = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A non-negative duration in milliseconds; `undefined` for an invalid string. */
export function findDuration(typed: string): number | undefined {
  const [, days] = DAYS.exec(typed) ?? [];
  const ms = days === undefined ? findShortDuration(typed) : Number(days) * DAY_MS;
  return ms !== undefined && ms >= 0 && Number.isSafeInteger(ms) ? ms || 0 : undefined;
}

function findShortDuration(typed: string): number | undefined {
  try {
    const ms = parseDuration(typed);
    if (ms !== 0 || !/[1-9]/.test(typed)) return ms;
    return typed.startsWith("-") ? -1 : 1;
  } catch (error) {
    if (error instanceof InvalidDurationError) return undefined;
    throw error;
  }
}

function days(ms: number): string {
  return ms % DAY_MS === 0 && ms > DAY_MS ? `${ms / DAY_MS}d` : formatDuration(ms);
}
