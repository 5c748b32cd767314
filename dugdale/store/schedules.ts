import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { MissionId } from "../../protocol/names.ts";

/** A row of table `schedules`. Times are Unix milliseconds. */
export interface ScheduleRow {
  readonly name: string;
  /** JSON of its settings, without a pause. */
  readonly settings: string;
  /** Hex; makes the ids of its missions unique. */
  readonly seed: string;
  readonly next_at: number | null;
  /** `next_at` with its jitter. */
  readonly due_at: number | null;
  readonly last_at: number | null;
  readonly last_mission: MissionId | null;
  readonly last_error: string | null;
  /** JSON of a `SchedulePause`; null unless it is paused. */
  readonly pause: string | null;
  readonly fired: number;
  readonly skipped: number;
}

/** The schedule of a mission. */
export interface Scheduled {
  readonly schedule: string;
  readonly fire_at: number;
}

/** Tables `schedules` and `scheduled`. */
export class Schedules {
  readonly #all: StatementSync;
  readonly #find: StatementSync;
  readonly #due: StatementSync;
  readonly #nextDue: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;
  readonly #addScheduled: StatementSync;
  readonly #scheduled: StatementSync;
  /** Without missions of schedules, the record of a mission needs no lookup. */
  #hasScheduled: boolean;

  constructor(db: DatabaseSync) {
    this.#all = db.prepare(`SELECT * FROM schedules ORDER BY name`);
    this.#find = db.prepare(`SELECT * FROM schedules WHERE name = ?`);
    this.#due = db.prepare(`
      SELECT name FROM schedules WHERE pause IS NULL AND due_at IS NOT NULL AND due_at <= :nowMs
      ORDER BY due_at LIMIT :limit`);
    this.#nextDue = db.prepare(`
      SELECT min(due_at) AS dueMs FROM schedules WHERE pause IS NULL AND due_at IS NOT NULL`);
    this.#insert = db.prepare(
      `INSERT INTO schedules (name, settings, seed) VALUES (:name, :settings, :seed)`,
    );
    this.#update = db.prepare(`
      UPDATE schedules SET settings = :settings, next_at = :next_at, due_at = :due_at, last_at = :last_at,
        last_mission = :last_mission, last_error = :last_error, pause = :pause, fired = :fired, skipped = :skipped
      WHERE name = :name`);
    this.#remove = db.prepare(`DELETE FROM schedules WHERE name = ?`);
    this.#addScheduled = db.prepare(`
      INSERT INTO scheduled (mission, schedule, fire_at) SELECT id, :schedule, :fireMs FROM missions
      WHERE mission_id = :missionId`);
    this.#scheduled = db.prepare(`SELECT schedule, fire_at FROM scheduled WHERE mission = ?`);
    this.#hasScheduled = db.prepare(`SELECT 1 FROM scheduled LIMIT 1`).get() !== undefined;
  }

  /** All schedules, by name. */
  all(): ScheduleRow[] {
    return this.#all.all() as unknown as ScheduleRow[];
  }

  find(name: string): ScheduleRow | undefined {
    return this.#find.get(name) as ScheduleRow | undefined;
  }

  /** Names of due schedules, the longest overdue first. */
  due(nowMs: number, limit: number): string[] {
    return (this.#due.all({ nowMs, limit }) as { name: string }[]).map(({ name }) => name);
  }

  /** When the next one is due; Infinity if none. */
  nextDueMs(): number {
    return (this.#nextDue.get() as { dueMs: number | null }).dueMs ?? Infinity;
  }

  insert(row: Pick<ScheduleRow, "name" | "settings" | "seed">): void {
    const { name, settings, seed } = row;
    this.#insert.run({ name, settings, seed });
  }

  /** Changes everything but name and seed. */
  update({ seed: _seed, ...row }: ScheduleRow): void {
    this.#update.run({ ...row });
  }

  remove(name: string): void {
    this.#remove.run(name);
  }

  /** Records that a mission was created by a schedule. */
  addScheduled(missionId: MissionId, schedule: string, fireMs: number): void {
    this.#addScheduled.run({ missionId, schedule, fireMs });
    this.#hasScheduled = true;
  }

  /** The schedule that created a mission, if any. @param mission Its row number. */
  scheduled(mission: number): Scheduled | undefined {
    return this.#hasScheduled ? this.#scheduled.get(mission) as Scheduled | undefined : undefined;
  }
}
