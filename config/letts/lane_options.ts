/**
 * Lane options in letts.yaml. Values follow the rules of the wire; this defines their notation.
 *
 * @module
 */
import * as v from "valibot";
import { LANE_OPTIONS, type LaneOptions } from "../../protocol/lane_options.ts";
import { RATE_MAX, type RateRule } from "../../protocol/rate.ts";
import type { RetryRule } from "../../protocol/retry.ts";
import { type Fields, list, object } from "../yaml/collections.ts";
import type { Decoder } from "../yaml/decoder.ts";
import { filledText, integer, number } from "../yaml/scalars.ts";

/** A value that is validated by the rule of its option on the wire. */
function option<Value>(rule: v.GenericSchema<unknown, Value>, written: Decoder<unknown>): Decoder<Value> {
  return {
    schema: written.schema,
    decode(value) {
      const typed = written.decode(value);
      if (typed === undefined) return undefined;
      const result = v.safeParse(rule, typed, { abortEarly: true });
      if (result.success) return result.output;
      const { path = [], message } = result.issues[0];
      return value.fail([...path.map(({ key }) => String(key)), message].join(" "));
    },
  };
}

const reasons = (description: string) => list(description, filledText("A fail reason"));

/** Validated by the rule of the wire. */
const retry = object<Record<keyof RetryRule, unknown>>(
  "When a mission without a rule of its own is run again",
  {
    attempts: integer("Runs in all, the first one included", { schema: { minimum: 1, maximum: 100 } }),
    on: list(
      "Outcomes after which it is run again; without it all but lost",
      filledText("An outcome", { enum: ["failed", "timeout", "crashed", "oom", "lost"] }),
    ),
    backoff: filledText("The pause before the second attempt", { default: "5s" }),
    factor: number("How many times as long each further pause is", { default: 2 }),
    max: filledText("The longest pause", { default: "5m" }),
    jitter: number("By which part a pause is longer or shorter", { default: 0.2 }),
    reasons: reasons("Only after these fail reasons"),
    not_reasons: reasons("Not after these fail reasons"),
  },
  ["attempts"],
);

/** Its values are checked by the rule of the wire. */
const rate = object<Record<keyof RateRule, unknown>>(
  "How often missions may start: tokens come back evenly, and a start takes one",
  {
    count: integer("Starts within the time of `per`", { schema: { minimum: 1, maximum: RATE_MAX } }),
    per: filledText("The time for so many starts, such as 1s or 1h"),
    burst: integer("Starts that may follow each other at once; without it count", {
      schema: { minimum: 1, maximum: RATE_MAX },
    }),
    by: filledText("key: every key has a rate of its own; missions without a key are not limited", {
      enum: ["key"],
    }),
  },
  ["count", "per"],
);

/** The field of each option. */
export const laneOptionFields: Fields<LaneOptions> = {
  timeout: option(
    LANE_OPTIONS.timeout,
    filledText("How long a mission without a timeout may run; 0 is no limit"),
  ),
  pick: option(
    LANE_OPTIONS.pick,
    filledText("strict: the highest priority first; weighted: 6 of high, 3 of normal, 2 of low in turn", {
      enum: ["strict", "weighted"],
      default: "strict",
    }),
  ),
  retry: option(LANE_OPTIONS.retry, retry),
  leftovers: option(
    LANE_OPTIONS.leftovers,
    filledText("Whether processes that outlive their mission are left alone or ended", {
      enum: ["leave", "kill"],
      default: "leave",
    }),
  ),
  rate: option(LANE_OPTIONS.rate, rate),
  per_key: option(
    LANE_OPTIONS.per_key,
    integer("Maximum number of missions with the same key that run at the same time", {
      schema: { minimum: 1, maximum: RATE_MAX },
    }),
  ),
};
