/**
 * Retry rules of a lane or a dispatch.
 *
 * @module
 */
import * as v from "valibot";
import { parseDuration } from "./duration.ts";
import { duration } from "./schemas.ts";

/** Outcomes that can be retried: a success needs no retry, and a kill is intentional. */
export type RetryOutcome = "failed" | "timeout" | "crashed" | "oom" | "lost";

const RETRY_OUTCOMES: readonly RetryOutcome[] = ["failed", "timeout", "crashed", "oom", "lost"];

/** Maximum number of attempts. */
export const ATTEMPTS_MAX = 100;

/** A retry rule. */
export interface RetryRule {
  /** Number of runs in total: 1 to {@linkcode ATTEMPTS_MAX}. */
  readonly attempts: number;
  /**
   * Outcomes to retry. Default `failed`, `timeout`, `crashed` and `oom`. With `lost` a mission is also retried when the
   * dugdale died meanwhile, which may do its work twice.
   */
  readonly on?: readonly RetryOutcome[] | undefined;
  /** Delay before the second attempt. Default `5s`. */
  readonly backoff?: string | undefined;
  /** Factor between delays: 1 to 100. Default 2. */
  readonly factor?: number | undefined;
  /** Maximum delay. Default `5m`, or `backoff` if that is longer. */
  readonly max?: string | undefined;
  /** Random variation of a delay as a fraction, so that retries are spread: 0 to 1. Default 0.2. */
  readonly jitter?: number | undefined;
  /** Only these fail reasons. Default: any. */
  readonly reasons?: readonly string[] | undefined;
  /** Except these fail reasons. Default none. */
  readonly not_reasons?: readonly string[] | undefined;
}

const reasons = v.pipe(
  v.array(v.pipe(v.string("must be fail reasons"), v.maxLength(200)), "must be an array of fail reasons"),
  v.maxLength(64, "must be at most 64 fail reasons"),
);

const between = (min: number, max: number, description: string) => {
  const words = `must be a number from ${min} to ${max}`;
  return v.pipe(v.number(words), v.minValue(min, words), v.maxValue(max, words), v.description(description));
};

const attemptsWords = `must be a whole number from 1 to ${ATTEMPTS_MAX}`;

/** Checks a {@linkcode RetryRule}. */
export const retryRule: v.GenericSchema<RetryRule> = v.strictObject({
  attempts: v.pipe(
    v.number(attemptsWords),
    v.integer(attemptsWords),
    v.minValue(1, attemptsWords),
    v.maxValue(ATTEMPTS_MAX, attemptsWords),
    v.description("Runs in all, the first one included"),
  ),
  on: v.optional(v.pipe(
    v.array(
      v.picklist(RETRY_OUTCOMES, "must be failed, timeout, crashed, oom or lost"),
      "must be an array of outcomes",
    ),
    v.description("Outcomes after which it is run again. Default all but `lost`"),
  )),
  backoff: v.optional(duration("The pause before the second attempt. Default `5s`")),
  factor: v.optional(between(1, 100, "How many times as long each further pause is. Default 2")),
  max: v.optional(duration("The longest pause. Default `5m`, or `backoff` when that is longer")),
  jitter: v.optional(between(0, 1, "By which part a pause is longer or shorter. Default 0.2")),
  reasons: v.optional(v.pipe(reasons, v.description("Only after these fail reasons. Default: after any"))),
  not_reasons: v.optional(v.pipe(reasons, v.description("Not after these fail reasons. Default none"))),
}, "must be an object");

/** Maximum delay that a mission can request. */
export const LONGEST_PAUSE_MS: number = 365 * 86_400_000;

/** A {@linkcode RetryRule} with its defaults, in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly on: readonly RetryOutcome[];
  readonly backoffMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: number;
}

/** Applies the defaults of a rule. */
export function retryPolicy({ attempts, on, backoff, factor, max, jitter }: RetryRule): RetryPolicy {
  const backoffMs = Math.min(parseDuration(backoff ?? "5s"), LONGEST_PAUSE_MS);
  return {
    attempts,
    on: on ?? ["failed", "timeout", "crashed", "oom"],
    backoffMs,
    factor: factor ?? 2,
    maxMs: max === undefined ? Math.max(300_000, backoffMs) : Math.min(parseDuration(max), LONGEST_PAUSE_MS),
    jitter: jitter ?? 0.2,
  };
}
