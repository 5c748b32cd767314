import { parseDuration } from "../../protocol/duration.ts";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import { toRate } from "../../protocol/rate.ts";
import type { RetryRule } from "../../protocol/retry.ts";
import type { LaneLimits } from "../store/lane_limits.ts";
import { TurnTaker } from "../store/queue.ts";

/** The options of a lane as the engine uses them. */
export interface LaneRules {
  /** Of missions without a timeout of their own; null is no limit. */
  readonly timeoutMs: number | null;
  /** What becomes of the processes that a mission leaves behind. */
  readonly leftovers: LaneOptions["leftovers"];
  /** Whose turn it is, where the classes take turns; undefined: the highest first. */
  readonly turns: TurnTaker | undefined;
  /** Of missions without a rule of their own. */
  readonly retry: RetryRule | undefined;
  /** What keeps missions waiting beside the concurrency; undefined: nothing. */
  readonly limits: LaneLimits | undefined;
}

/** Reads the options of a lane. */
export function laneRules(options: LaneOptions = {}): LaneRules {
  const { timeout, pick, leftovers, retry, rate, per_key: perKey } = options;
  return {
    timeoutMs: timeout === undefined ? null : parseDuration(timeout) || null,
    leftovers,
    turns: pick === "weighted" ? new TurnTaker() : undefined,
    retry,
    limits: rate === undefined && perKey === undefined
      ? undefined
      : { rate: rate && toRate(rate), perKey: perKey ?? Infinity },
  };
}
