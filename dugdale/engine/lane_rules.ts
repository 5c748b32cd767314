import { parseDuration } from "../../protocol/duration.ts";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import { toRate } from "../../protocol/rate.ts";
import type { RetryRule } from "../../protocol/retry.ts";
import type { LaneLimits } from "../store/lane_limits.ts";
import { TurnTaker } from "../store/queue.ts";

/** The options of a lane as used by the engine. */
export interface LaneRules {
  /** For missions without a timeout of their own; null means no limit. */
  readonly timeoutMs: number | null;
  /** What becomes of the processes that a mission leaves behind. */
  readonly leftovers: LaneOptions["leftovers"];
  /** Takes turns between classes; undefined: the highest class first. */
  readonly turns: TurnTaker | undefined;
  /** For missions without a retry rule of their own. */
  readonly retry: RetryRule | undefined;
  /** What keeps missions waiting beside the concurrency; undefined: nothing. */
  readonly limits: LaneLimits | undefined;
}

/** Converts the options of a lane. */
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
