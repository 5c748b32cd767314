import type { DatabaseSync, StatementSync } from "node:sqlite";
import { nextTurn } from "../host/clock.ts";

/** A span of time, in Unix milliseconds. */
export interface TimeSpan {
  readonly fromMs: number;
  /** Exclusive end. */
  readonly toMs: number;
}

/** Filters by lane and name. Omitted fields do not filter; names are LIKE patterns. */
export interface LaneAndName {
  readonly lane: string | null;
  readonly name: string | null;
  readonly namePrefix: string | null;
}

/** Length of a span: long enough for few spans on a busy dugdale, short enough to be read quickly. */
const SPAN_MS = 2000;
/** Missions added in one transaction, and rows cleaned up in one: about ten milliseconds. */
const SLICE = 1000;
/** With more spans, missions are so frequent that a scan finds a page soon. */
const RARE_SPANS = 2000;
/** Maximum number of pairs searched for a name. */
const SEARCHED_NAMES = 50_000;

/**
 * Index of the times at which missions of a lane and a name were created, for lists of rare ones without a scan of all
 * missions. A database index would cost each dispatch a page for each lane and name; this is written later, and grows
 * by one row for all missions of a pair in two seconds.
 */
export class ListedTimes {
  readonly #write: (apply: () => void) => Promise<void>;
  readonly #behind: StatementSync;
  readonly #addNames: StatementSync;
  readonly #addTimes: StatementSync;
  readonly #setUntil: StatementSync;
  readonly #forget: StatementSync;
  readonly #names: StatementSync;
  readonly #lastName: StatementSync;
  readonly #spans: StatementSync;
  readonly #nextTimes: StatementSync;
  readonly #removeEmpty: StatementSync;
  readonly #removeNames: StatementSync;
  #entering: Promise<void> | undefined;

  /** @param write Makes a change that a power failure may undo. */
  constructor(db: DatabaseSync, write: (apply: () => void) => Promise<void>) {
    this.#write = write;
    this.#behind = db.prepare(`
      SELECT until, last FROM (
        SELECT coalesce((SELECT mission FROM listed_until), 0) AS until, coalesce((SELECT max(id) FROM missions), 0) AS last
      ) WHERE last > until`);
    this.#addNames = db.prepare(`
      INSERT OR IGNORE INTO listed_names (lane, mission_name)
      SELECT DISTINCT lane, mission_name FROM missions WHERE id > :after AND id <= :until`);
    this.#addTimes = db.prepare(`
      INSERT OR IGNORE INTO listed_times
      SELECT DISTINCT listed_names.id, time_created / ${SPAN_MS}
      FROM missions JOIN listed_names USING (lane, mission_name)
      WHERE missions.id > :after AND missions.id <= :until`);
    this.#setUntil = db.prepare(`
      INSERT INTO listed_until VALUES (1, :until) ON CONFLICT DO UPDATE SET mission = :until`);
    this.#forget = db.prepare(`
      UPDATE listed_until SET mission = coalesce((SELECT max(id) FROM missions), 0)
      WHERE mission > coalesce((SELECT max(id) FROM missions), 0)`);
    this.#lastName = db.prepare("SELECT max(id) AS id FROM listed_names");
    this.#names = db.prepare(`
      SELECT id FROM listed_names
      WHERE (:lane IS NULL OR lane = :lane)
        AND (:name IS NULL OR mission_name LIKE :name ESCAPE '\\')
        AND (:namePrefix IS NULL OR mission_name LIKE :namePrefix ESCAPE '\\')`);
    this.#spans = db.prepare("SELECT span FROM listed_times WHERE name = ? LIMIT ?");
    this.#nextTimes = db.prepare(`
      SELECT name, span FROM listed_times WHERE (name, span) > (?, ?) ORDER BY name, span LIMIT ${SLICE}`);
    this.#removeEmpty = db.prepare(`
      DELETE FROM listed_times WHERE name = :name AND span = :span AND NOT EXISTS (
        SELECT 1 FROM missions WHERE time_created >= :span * ${SPAN_MS} AND time_created < (:span + 1) * ${SPAN_MS})`);
    this.#removeNames = db.prepare(`
      DELETE FROM listed_names WHERE id > :after AND id <= :after + ${SLICE}
        AND NOT EXISTS (SELECT 1 FROM listed_times WHERE name = listed_names.id)`);
  }

  /** Adds the missions created since the last call. */
  enter(): Promise<void> {
    return this.#entering ??= this.#enterAll().finally(() => this.#entering = undefined);
  }

  /**
   * The spans that contain all missions of a list, the latest first; undefined if there are too many. All committed
   * missions must have been added before.
   */
  find(wanted: LaneAndName): TimeSpan[] | undefined {
    if (this.#countNames() > SEARCHED_NAMES) return undefined;
    const spans = new Set<number>();
    for (const { id } of this.#names.all({ ...wanted }) as { id: number }[]) {
      for (const row of this.#spans.all(id, RARE_SPANS + 1)) spans.add((row as { span: number }).span);
      if (spans.size > RARE_SPANS) return undefined;
    }
    return [...spans].sort((a, b) => b - a)
      .map((span) => ({ fromMs: span * SPAN_MS, toMs: (span + 1) * SPAN_MS }));
  }

  /** Call it when missions were removed: new ones may reuse their row numbers. */
  removed(): void {
    this.#forget.run();
  }

  /** Removes spans without missions. */
  async tidy(stopping: AbortSignal): Promise<void> {
    let from = { name: 0, span: 0 };
    for (;;) {
      const times = this.#nextTimes.all(from.name, from.span) as { name: number; span: number }[];
      const last = times.at(-1);
      if (last === undefined || stopping.aborted) break;
      await this.#write(() => {
        for (const { name, span } of times) this.#removeEmpty.run({ name, span });
      });
      from = last;
      await nextTurn();
    }
    for (let after = 0; after < this.#countNames() && !stopping.aborted; after += SLICE) {
      await this.#write(() => void this.#removeNames.run({ after }));
    }
  }

  /** An upper bound of the number of pairs. */
  #countNames(): number {
    const { id } = this.#lastName.get() as { id: number | null };
    return id ?? 0;
  }

  async #enterAll(): Promise<void> {
    for (;;) {
      const behind = this.#behind.get() as { until: number; last: number } | undefined;
      if (behind === undefined) return;
      const { until: after, last } = behind;
      const until = Math.min(last, after + SLICE);
      await this.#write(() => {
        this.#addNames.run({ after, until });
        this.#addTimes.run({ after, until });
        this.#setUntil.run({ until });
      });
      await nextTurn();
    }
  }
}
