import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Rate } from "../../protocol/rate.ts";

/** What keeps missions of a lane waiting although there is room. */
export interface LaneLimits {
  /** How often missions may start; undefined: no limit. */
  readonly rate: Rate | undefined;
  /** Maximum number of running missions with the same key. */
  readonly perKey: number;
}

/** Key of the row of a whole lane. */
const WHOLE_LANE = "";
/** Later than every moment, in Unix milliseconds. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;
/** Milliseconds. Sums of fractions are not exact. */
const TINY_MS = 0.01;

/** SQL condition that the key of mission `m` does not keep it waiting. */
export const ALLOWED_KEY = `(m.key IS NULL OR m.key NOT IN (
  SELECT key FROM lane_rates WHERE lane = :lane AND full_at > :emptyAt
  UNION ALL
  SELECT key FROM missions WHERE status = 'running' AND lane = :lane AND key IS NOT NULL
  GROUP BY key HAVING count(*) >= :perKey))`;

/**
 * The tokens of lanes with a rate. They are kept in the transactions that start missions, so that neither a restart nor
 * a transaction that fails makes more starts possible.
 */
export class LaneRates {
  readonly #fullAt: StatementSync;
  readonly #take: StatementSync;
  readonly #trim: StatementSync;
  readonly #forget: StatementSync;
  readonly #nextKey: StatementSync;

  constructor(db: DatabaseSync) {
    this.#fullAt = db.prepare("SELECT full_at FROM lane_rates WHERE lane = ? AND key = ?");
    this.#take = db.prepare(`
      INSERT INTO lane_rates (lane, key, full_at) VALUES (:lane, :key, :nowMs + :ms)
      ON CONFLICT (lane, key) DO UPDATE SET full_at = max(full_at, :nowMs) + :ms`);
    this.#trim = db.prepare("UPDATE lane_rates SET full_at = :maxMs WHERE lane = :lane AND full_at > :maxMs");
    this.#forget = db.prepare("DELETE FROM lane_rates WHERE full_at <= ?");
    this.#nextKey = db.prepare(`
      SELECT min(full_at) AS fullAt FROM lane_rates AS r
      WHERE lane = :lane AND full_at > :emptyAt AND EXISTS (
        SELECT 1 FROM missions AS m WHERE m.key = r.key AND m.status IN ('queued', 'running')
          AND m.status = 'queued' AND m.lane = r.lane AND m.run_at IS NULL)`);
  }

  /**
   * Prepares for a pickup: what has all its tokens again needs no row, and after a change of the rate or of the clock
   * no wait is longer than the rate says.
   */
  tidy(lane: string, { intervalMs, burst }: Rate, nowMs: number): void {
    this.#forget.run(nowMs);
    this.#trim.run({ lane, maxMs: nowMs + burst * intervalMs });
  }

  /** Number of missions that may start now. Infinity where every key has tokens of its own. */
  available(lane: string, { intervalMs, burst, byKey }: Rate, nowMs: number): number {
    if (byKey) return Infinity;
    const missingMs = Math.max(0, this.#fullAtMs(lane) - nowMs);
    return Math.floor((burst * intervalMs - missingMs + TINY_MS) / intervalMs);
  }

  /** Takes the tokens for missions that start now. @param key Of those missions. */
  take(lane: string, { intervalMs, byKey }: Rate, nowMs: number, count: number, key: string | null): void {
    if (count === 0 || byKey && key === null) return;
    this.#take.run({ lane, key: byKey ? key : WHOLE_LANE, nowMs, ms: count * intervalMs });
  }

  /** When the next mission may start of those that wait for tokens, in Unix milliseconds. Infinity: none waits. */
  nextMs(lane: string, rate: Rate, nowMs: number): number {
    const fullAt = rate.byKey
      ? (this.#nextKey.get({ lane, emptyAt: emptyAtMs(rate, nowMs) }) as { fullAt: number | null }).fullAt
      : this.#fullAtMs(lane);
    return fullAt === null ? Infinity : Math.ceil(fullAt - (rate.burst - 1) * rate.intervalMs - TINY_MS / 2);
  }

  #fullAtMs(lane: string): number {
    return (this.#fullAt.get(lane, WHOLE_LANE) as { full_at: number } | undefined)?.full_at ?? 0;
  }
}

/** What gets all tokens back later than that has none now. */
export function emptyAtMs(rate: Rate | undefined, nowMs: number): number {
  return rate?.byKey === true ? nowMs + (rate.burst - 1) * rate.intervalMs + TINY_MS : NEVER_MS;
}
