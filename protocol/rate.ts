/**
 * How often missions of a lane may start.
 *
 * @module
 */
import * as v from "valibot";
import { parseDuration } from "./duration.ts";
import { DURATION, duration } from "./schemas.ts";

/** Maximum of `count` and `burst` of a {@linkcode RateRule}. */
export const RATE_MAX = 1_000_000;

/** Longest `per` of a {@linkcode RateRule}. */
const LONGEST_MS = 365 * 86_400_000;

/** A token bucket: a start takes a token, and tokens come back evenly, `count` of them within `per`. */
export interface RateRule {
  /** Starts within `per`: 1 to {@linkcode RATE_MAX}. Every attempt of a mission is a start. */
  readonly count: number;
  /** A duration such as `1s` or `1h`; at most a year. */
  readonly per: string;
  /** Starts that may follow each other at once after a quiet time. Default: `count`. */
  readonly burst?: number | undefined;
  /**
   * `key`: every key of a dispatch has a rate of its own, and missions without a key are not limited. Default: the
   * lane has one rate for all.
   */
  readonly by?: "key" | undefined;
}

/** A {@linkcode RateRule} with its defaults, in milliseconds. */
export interface Rate {
  /** Time in which one token comes back. */
  readonly intervalMs: number;
  /** Maximum number of tokens. */
  readonly burst: number;
  /** Whether every key has tokens of its own. */
  readonly byKey: boolean;
}

const countWords = `must be a whole number from 1 to ${RATE_MAX}`;

/** A whole number from 1. */
export const countFromOne = (description: string): v.GenericSchema<number> =>
  v.pipe(
    v.number(countWords),
    v.integer(countWords),
    v.minValue(1, countWords),
    v.maxValue(RATE_MAX, countWords),
    v.description(description),
  );

const perWords = "must be longer than 0 and at most a year";

/** Checks a {@linkcode RateRule}. */
export const rateRule: v.GenericSchema<RateRule> = v.strictObject({
  count: countFromOne("Starts within `per`"),
  per: v.pipe(
    duration("The time for `count` starts, at most a year"),
    v.check(isPeriod, perWords),
  ),
  burst: v.optional(countFromOne("Starts that may follow each other at once. Default: `count`")),
  by: v.optional(v.pipe(
    v.picklist(["key"], "must be key"),
    v.description("`key`: every key has a rate of its own"),
  )),
}, "must be an object");

/** The rate of a rule that was checked. */
export function toRate({ count, per, burst = count, by }: RateRule): Rate {
  return { intervalMs: parseDuration(per) / count, burst, byKey: by === "key" };
}

/** @param text May be no duration at all, which is an issue of its own. */
function isPeriod(text: string): boolean {
  if (!DURATION.test(text)) return true;
  const ms = parseDuration(text);
  return ms > 0 && ms <= LONGEST_MS;
}
