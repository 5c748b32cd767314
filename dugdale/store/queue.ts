import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ALLOWED_KEY, emptyAtMs, type LaneLimits, LaneRates } from "./lane_limits.ts";
import { type MissionClass, type QueuedMission, type RunningMission, toMission } from "./mission_row.ts";
import type { UnfinishedCounts } from "./unfinished.ts";
import { WideRows } from "./wide_rows.ts";

/** The result of a claim. */
export interface Claimed {
  /** Running by now, in queue order. */
  readonly missions: readonly RunningMission[];
  /**
   * When the next mission becomes due or gets a token of the lane's rate, in Unix milliseconds. Infinity when none waits
   * for a time.
   */
  readonly nextDueMs: number;
  /** Whether missions may wait for a token of the lane's rate. */
  readonly throttled: boolean;
}

/** How a lane picks missions. */
export interface ClaimRules {
  /** Takes turns between classes; undefined: the highest class first. */
  readonly turns?: TurnTaker | undefined;
  /** What keeps missions waiting although there is room; undefined: nothing. */
  readonly limits?: LaneLimits | undefined;
}

/** Of the statement that finds missions whose keys keep nothing waiting. */
interface NextAllowed {
  readonly lane: string;
  /** Undefined: any. */
  readonly class?: MissionClass | undefined;
  readonly nowMs: number;
  readonly limits: LaneLimits;
}

const CLASSES: readonly MissionClass[] = [0, 1, 2];
/** Of 11 turns. */
const TURNS: readonly number[] = [6, 3, 2];

/**
 * Distributes turns over the classes with waiting missions by weight, spread evenly. An empty class does not accumulate
 * turns.
 */
export class TurnTaker {
  readonly #credit = [0, 0, 0];

  /** Assigns at most `limit` turns to the classes, to each at most as many as it has missions. */
  take(waiting: readonly number[], limit: number): MissionClass[] {
    const left = [...waiting];
    const order: MissionClass[] = [];
    while (order.length < limit) {
      const busy = CLASSES.filter((rank) => left[rank]! > 0);
      const [first] = busy;
      if (first === undefined) break;
      for (const rank of CLASSES) {
        this.#credit[rank] = busy.includes(rank) ? this.#credit[rank]! + TURNS[rank]! : 0;
      }
      const next = busy.reduce(
        (best, rank) => this.#credit[rank]! > this.#credit[best]! ? rank : best,
        first,
      );
      this.#credit[next]! -= busy.reduce<number>((sum, rank) => sum + TURNS[rank]!, 0);
      left[next]!--;
      order.push(next);
    }
    return order;
  }
}

/** SQLite plans a statement anew at each run if its limit is a bare parameter: 90 µs instead of 3. */
const FIRST = "LIMIT ? + 0";
/** Maximum number of missions made due in one transaction. */
const DUE_MAX = 200;

/**
 * Condition for picking a serial mission `m`: no mission with its key is running, and none in its lane is ahead of it.
 * Missions that were already tried are ahead, then those that have waited longer; a mission delayed before its first
 * attempt is not ahead of any other.
 */
const FREE_KEY = `(m.serial = 0 OR NOT EXISTS (
  SELECT 1 FROM missions AS o
  WHERE o.key = m.key AND o.status IN ('queued', 'running') AND o.serial = 1 AND (o.status = 'running'
    OR o.lane = m.lane AND o.id <> m.id AND (o.run_at IS NULL OR o.attempt > 1)
      AND (o.attempt = 1, coalesce(o.run_at, o.enqueued, o.time_created), o.mission_id)
        < (m.attempt = 1, coalesce(m.enqueued, m.time_created), m.mission_id))))`;

/** The queued missions of each lane in order: by class, then by the start of their wait. */
export class MissionQueue {
  readonly #next: StatementSync;
  readonly #nextOfClass: StatementSync;
  readonly #nextAllowed: StatementSync;
  readonly #rates: LaneRates;
  readonly #row: WideRows<QueuedMission>;
  readonly #claim: StatementSync;
  readonly #nextDue: StatementSync;
  readonly #moveDue: StatementSync;
  readonly #makeDue: StatementSync;
  readonly #queuedIn: StatementSync;
  readonly #unfinished: UnfinishedCounts;
  /** By lane, so that lanes without delayed missions need no statement; a missing entry has to be read. */
  readonly #nextDueMs = new Map<string, number>();

  constructor(db: DatabaseSync, unfinished: UnfinishedCounts) {
    this.#unfinished = unfinished;
    this.#next = db.prepare(`
      SELECT id FROM missions AS m WHERE status = 'queued' AND run_at IS NULL AND lane = ? AND ${FREE_KEY}
      ORDER BY class, coalesce(enqueued, time_created), mission_id ${FIRST}`);
    this.#nextOfClass = db.prepare(`
      SELECT id FROM missions AS m
      WHERE status = 'queued' AND run_at IS NULL AND lane = ? AND class = ? AND ${FREE_KEY}
      ORDER BY coalesce(enqueued, time_created), mission_id ${FIRST}`);
    this.#nextAllowed = db.prepare(`
      SELECT id FROM missions AS m
      WHERE status = 'queued' AND run_at IS NULL AND lane = :lane AND (:class IS NULL OR class = :class)
        AND ${FREE_KEY} AND ${ALLOWED_KEY}
      ORDER BY class, coalesce(enqueued, time_created), mission_id LIMIT 1`);
    this.#rates = new LaneRates(db);
    this.#row = new WideRows(db, `SELECT * FROM missions WHERE id = ?`);
    this.#claim = db.prepare(`
      UPDATE missions SET status = 'running', time_started = ?, pid = 0, process_start = 0
      WHERE id = ? AND status = 'queued'`);
    this.#nextDue = db.prepare(`
      SELECT min(run_at) AS dueMs FROM missions WHERE status = 'queued' AND run_at IS NOT NULL AND lane = ?`);
    this.#moveDue = db.prepare(`
      UPDATE missions SET enqueued = run_at, run_at = NULL WHERE id IN (
        SELECT id FROM missions WHERE status = 'queued' AND run_at IS NOT NULL AND lane = :lane AND run_at <= :nowMs
        ORDER BY run_at LIMIT ${DUE_MAX})`);
    this.#makeDue = db.prepare(`
      UPDATE missions SET enqueued = :nowMs, run_at = NULL
      WHERE id = :id AND status = 'queued' AND run_at IS NOT NULL`);
    this.#queuedIn = db.prepare(`
      SELECT * FROM missions WHERE id IN (
        SELECT id FROM missions WHERE status = 'queued' AND run_at IS NULL AND lane = :lane
        UNION ALL SELECT id FROM missions WHERE status = 'queued' AND run_at IS NOT NULL AND lane = :lane
        LIMIT :limit)`);
  }

  /** Claims the next missions of a lane. Delayed missions that are due are added to the queue before. */
  claim(lane: string, limit: number, nowMs: number, rules: ClaimRules = {}): Claimed {
    if (this.nextDueMs(lane) <= nowMs) {
      this.#moveDue.run({ lane, nowMs });
      this.#nextDueMs.delete(lane);
    }
    const { turns, limits } = rules;
    if (limits !== undefined) return this.#claimLimited(lane, limit, nowMs, turns, limits);
    const missions = this.#claimNext(lane, limit, nowMs, turns);
    return { missions, nextDueMs: this.nextDueMs(lane), throttled: false };
  }

  #claimNext(
    lane: string,
    limit: number,
    nowMs: number,
    turns: TurnTaker | undefined,
  ): readonly RunningMission[] {
    // One statement for all is several times slower: its answer goes through a temporary table.
    const next = turns === undefined
      ? this.#next.all(lane, limit) as unknown as { id: number }[]
      : this.#nextInTurn(lane, limit, turns);
    return next.map(({ id }) => this.#claimOne(id, nowMs));
  }

  #claimOne(id: number, nowMs: number): RunningMission {
    const row = this.#row.get(id)!;
    this.#claim.run(nowMs, id);
    this.#unfinished.move(row, "running");
    return { ...row, status: "running", time_started: nowMs, pid: 0, process_start: 0, ending: null };
  }

  /** As {@linkcode claim} in a lane with a rate or a limit by key. */
  #claimLimited(
    lane: string,
    limit: number,
    nowMs: number,
    turns: TurnTaker | undefined,
    limits: LaneLimits,
  ): Claimed {
    const { rate } = limits;
    if (rate !== undefined) this.#rates.tidy(lane, rate, nowMs);
    const tokens = rate === undefined ? Infinity : this.#rates.available(lane, rate, nowMs);
    const max = Math.min(limit, tokens);
    const missions: RunningMission[] = [];
    if (rate?.byKey || limits.perKey !== Infinity) {
      // One by one: each may be the last one that its key allows.
      while (missions.length < max) {
        const id = this.#nextAllowedId(lane, nowMs, turns, limits);
        if (id === undefined) break;
        const row = this.#claimOne(id, nowMs);
        if (rate !== undefined) this.#rates.take(lane, rate, nowMs, 1, row.key);
        missions.push(row);
      }
    } else if (max > 0) {
      missions.push(...this.#claimNext(lane, max, nowMs, turns));
      if (rate !== undefined) this.#rates.take(lane, rate, nowMs, missions.length, null);
    }
    const waits = rate !== undefined && missions.length < limit && (rate.byKey || missions.length === tokens);
    const tokenMs = waits ? this.#rates.nextMs(lane, rate, nowMs) : Infinity;
    return {
      missions,
      nextDueMs: Math.min(this.nextDueMs(lane), tokenMs),
      throttled: tokenMs !== Infinity,
    };
  }

  #nextAllowedId(
    lane: string,
    nowMs: number,
    turns: TurnTaker | undefined,
    limits: LaneLimits,
  ): number | undefined {
    if (turns === undefined) return this.#firstAllowed({ lane, nowMs, limits });
    const firsts = CLASSES.map((rank) => this.#firstAllowed({ lane, class: rank, nowMs, limits }));
    const [rank] = turns.take(firsts.map((id) => id === undefined ? 0 : 1), 1);
    return rank === undefined ? undefined : firsts[rank];
  }

  #firstAllowed({ lane, class: rank, nowMs, limits: { rate, perKey } }: NextAllowed): number | undefined {
    const found = this.#nextAllowed.get({
      lane,
      class: rank ?? null,
      emptyAt: emptyAtMs(rate, nowMs),
      perKey: Math.min(perKey, Number.MAX_SAFE_INTEGER),
    });
    return (found as { id: number } | undefined)?.id;
  }

  #nextInTurn(lane: string, limit: number, turns: TurnTaker): { id: number }[] {
    const waiting = CLASSES.map((rank) =>
      this.#nextOfClass.all(lane, rank, limit) as unknown as { id: number }[]
    );
    return turns.take(waiting.map(({ length }) => length), limit).map((rank) => waiting[rank]!.shift()!);
  }

  /** When the next mission of a lane becomes due, in Unix milliseconds; Infinity if none is delayed. */
  nextDueMs(lane: string): number {
    let known = this.#nextDueMs.get(lane);
    if (known === undefined) {
      const { dueMs } = this.#nextDue.get(lane) as { dueMs: number | null };
      known = dueMs ?? Infinity;
      this.#nextDueMs.set(lane, known);
    }
    return known;
  }

  /** Makes a delayed mission due now. */
  makeDue({ id, lane }: QueuedMission, nowMs: number): void {
    if (this.#makeDue.run({ id, nowMs }).changes === 1) this.#nextDueMs.delete(lane);
  }

  /** A mission of the lane was delayed. */
  expect(lane: string, dueMs: number): void {
    this.#nextDueMs.set(lane, Math.min(dueMs, this.nextDueMs(lane)));
  }

  /** A change was undone: due times have to be read again. */
  forget(): void {
    this.#nextDueMs.clear();
  }

  /** Some of the queued missions of a lane. */
  queuedIn(lane: string, limit: number): QueuedMission[] {
    return this.#queuedIn.all({ lane, limit }).map((row) => toMission<QueuedMission>(row));
  }
}
