import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { MissionKind, OutcomeKind } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import type { ListedTimes } from "./listed_times.ts";

/** A mission that is no longer visible. */
export interface HiddenMission {
  /** Row number. */
  readonly id: number;
  readonly mission_id: MissionId;
}

/** Removal of missions: expired, hidden, removed. */
export class MissionRetention {
  readonly #ended: StatementSync;
  readonly #hide: StatementSync;
  readonly #hidden: StatementSync;
  readonly #remove: StatementSync;

  readonly #listedTimes: ListedTimes;

  constructor(db: DatabaseSync, listedTimes: ListedTimes) {
    this.#listedTimes = listedTimes;
    this.#ended = db.prepare(`
      SELECT id FROM missions INDEXED BY missions_done
      WHERE status = 'done' AND kind = :kind AND outcome = :outcome AND time_finished < :beforeMs
      ORDER BY time_finished, mission_id LIMIT :limit`);
    this.#hide = db.prepare(`UPDATE missions SET status = 'deleting' WHERE id = ? AND status = 'done'`);
    this.#hidden = db.prepare(`
      SELECT id, mission_id FROM missions INDEXED BY missions_deleting
      WHERE status = 'deleting' ORDER BY time_created, mission_id LIMIT ?`);
    this.#remove = db.prepare(`DELETE FROM missions WHERE id = ? AND status = 'deleting'`);
  }

  /** Hides missions with that outcome that ended before a time, the oldest first; returns their row numbers. */
  hide(kind: MissionKind, outcome: OutcomeKind, beforeMs: number, limit: number): number[] {
    const rows = this.#ended.all({ kind, outcome, beforeMs, limit }) as { id: number }[];
    for (const { id } of rows) this.#hide.run(id);
    return rows.map(({ id }) => id);
  }

  /** Some of the hidden missions, the oldest first. */
  hidden(limit: number): HiddenMission[] {
    return this.#hidden.all(limit) as unknown as HiddenMission[];
  }

  /** Removes a hidden mission with its progress and file references. */
  remove(id: number): void {
    this.#remove.run(id);
    this.#listedTimes.removed();
  }
}
