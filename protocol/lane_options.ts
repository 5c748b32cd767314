/**
 * Options of a lane in addition to concurrency and pause. On the wire the options are separate from the lanes, so that
 * an older client, which sends lanes without options, does not change them.
 *
 * @module
 */
import * as v from "valibot";
import { countFromOne, type RateRule, rateRule } from "./rate.ts";
import { type RetryRule, retryRule } from "./retry.ts";
import { duration } from "./schemas.ts";

/**
 * The options of a lane. Omitted ones have their defaults. A new option is a member here, with a line in {@linkcode
 * LANE_OPTIONS} and one in `config/letts/lane_options.ts`.
 */
export interface LaneOptions {
  /** Maximum run time of missions dispatched without a timeout, such as `10m`. Default and `0`: no limit. */
  readonly timeout?: string | undefined;
  /**
   * `strict` (default): the highest priority first, then the oldest. `weighted`: of 11 starts 6 are of high priority, 3
   * of normal and 2 of low, as long as missions of each are waiting.
   */
  readonly pick?: "strict" | "weighted" | undefined;
  /** Retry rule of missions dispatched without `retry`. Default: no retries. */
  readonly retry?: RetryRule | undefined;
  /**
   * What happens to processes that outlive their mission: `leave` (default) leaves them running, `kill` ends them with
   * SIGTERM and SIGKILL before the mission is done.
   */
  readonly leftovers?: "leave" | "kill" | undefined;
  /** How often missions may start. Default: no limit. */
  readonly rate?: RateRule | undefined;
  /**
   * Maximum number of missions with the same `key` that run at the same time in this lane. Missions without a key are
   * not limited by it. Default: no limit but `concurrency`.
   */
  readonly per_key?: number | undefined;
}

/** Checks each option. */
export const LANE_OPTIONS: {
  readonly [Name in keyof LaneOptions]-?: v.GenericSchema<unknown, Exclude<LaneOptions[Name], undefined>>;
} = {
  timeout: duration("How long a mission without a timeout may run; `0` is no limit"),
  pick: v.pipe(
    v.picklist(["strict", "weighted"], "must be strict or weighted"),
    v.description(
      "`strict`: the highest priority first; `weighted`: 6 of high, 3 of normal, 2 of low in turn",
    ),
  ),
  retry: retryRule,
  leftovers: v.pipe(
    v.picklist(["leave", "kill"], "must be leave or kill"),
    v.description("Whether processes that outlive their mission are left alone or ended"),
  ),
  rate: rateRule,
  per_key: countFromOne("Maximum number of missions with the same key that run at the same time"),
};

/** Schema of {@linkcode LaneOptions}. Unknown options are rejected, because they would have no effect. */
export const laneOptions: v.GenericSchema<unknown, LaneOptions> = v.strictObject(
  Object.fromEntries(Object.entries(LANE_OPTIONS).map(([name, schema]) => [name, v.optional(schema)])),
  "must be an object",
) as v.GenericSchema<unknown, LaneOptions>; // its entries are those of the table
