import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { UniqueRule } from "../../protocol/dispatch_options.ts";
import type { MissionId } from "../../protocol/names.ts";
import { type MissionRow, toMission } from "./mission_row.ts";

/** A dispatch that has started nothing, because there was a mission with the same key. */
export interface Deduplicated {
  /** The row of that mission. */
  readonly mission: number;
  /** Of the dispatch. */
  readonly fingerprint: string;
}

/** Missions by their keys. */
export class MissionKeys {
  readonly #newest: StatementSync;
  readonly #active: StatementSync;
  readonly #byRow: StatementSync;
  readonly #deduplicated: StatementSync;
  readonly #addDeduplicated: StatementSync;
  readonly #lanesWaiting: StatementSync;

  constructor(db: DatabaseSync) {
    this.#newest = db.prepare(`
      SELECT * FROM missions WHERE key = ? AND status <> 'deleting' ORDER BY id DESC`);
    this.#active = db.prepare(`
      SELECT * FROM missions WHERE key = ? AND status IN ('queued', 'running') ORDER BY id`);
    this.#byRow = db.prepare(`SELECT * FROM missions WHERE id = ?`);
    this.#deduplicated = db.prepare(`SELECT mission, fingerprint FROM deduplicated WHERE mission_id = ?`);
    this.#addDeduplicated = db.prepare(`
      INSERT INTO deduplicated (mission_id, mission, fingerprint) VALUES (:missionId, :mission, :fingerprint)`);
    this.#lanesWaiting = db.prepare(`
      SELECT DISTINCT lane FROM missions WHERE key = ? AND status IN ('queued', 'running') AND status = 'queued'`);
  }

  /** The newest mission with a key that is not being deleted. @param counts Whether one counts. Default: all do. */
  newest(key: string, counts: (row: MissionRow) => boolean = () => true): MissionRow | undefined {
    return Iterator.from(this.#newest.iterate(key)).map((row) => toMission<MissionRow>(row)).find(counts);
  }

  /** The mission that keeps another one with its key from being started, if there is one. */
  blocking(key: string, rule: UniqueRule): MissionRow | undefined {
    if (rule === "kept") return this.newest(key);
    return this.active(key).find(({ status }) => rule === "active" || status === "queued");
  }

  /** The missions with a key that wait or run, the oldest first. */
  active(key: string): MissionRow[] {
    return this.#active.all(key).map((row) => toMission(row));
  }

  /** The mission that a dispatch was answered with instead of its own, and the digest of that dispatch. */
  deduplicated(
    missionId: MissionId,
  ): { readonly first: MissionRow; readonly fingerprint: string } | undefined {
    const found = this.#deduplicated.get(missionId) as unknown as Deduplicated | undefined;
    return found && { first: toMission(this.#byRow.get(found.mission)), fingerprint: found.fingerprint };
  }

  /** Keeps that a dispatch was answered with the mission of a row. */
  addDeduplicated(missionId: MissionId, { mission, fingerprint }: Deduplicated): void {
    this.#addDeduplicated.run({ missionId, mission, fingerprint });
  }

  /** The lanes in which missions with a key wait. */
  lanesWaiting(key: string): string[] {
    return (this.#lanesWaiting.all(key) as unknown as { lane: string }[]).map(({ lane }) => lane);
  }
}
