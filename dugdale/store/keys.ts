import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { UniqueRule } from "../../protocol/dispatch_options.ts";
import type { MissionId } from "../../protocol/names.ts";
import { type MissionRow, toMission } from "./mission_row.ts";

/** A dispatch that started nothing, because a mission with the same key existed. */
export interface Deduplicated {
  /** The row of that mission. */
  readonly mission: number;
  /** Fingerprint of the dispatch. */
  readonly fingerprint: string;
}

/** Missions by key. */
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

  /** The mission with the same key that prevents another one from being started, if any. */
  blocking(key: string, rule: UniqueRule): MissionRow | undefined {
    if (rule === "kept") return this.newest(key);
    return this.active(key).find(({ status }) => rule === "active" || status === "queued");
  }

  /** The queued and running missions with a key, the oldest first. */
  active(key: string): MissionRow[] {
    return this.#active.all(key).map((row) => toMission(row));
  }

  /** The mission that was returned for a deduplicated dispatch, and the fingerprint of that dispatch. */
  deduplicated(
    missionId: MissionId,
  ): { readonly first: MissionRow; readonly fingerprint: string } | undefined {
    const found = this.#deduplicated.get(missionId) as unknown as Deduplicated | undefined;
    return found && { first: toMission(this.#byRow.get(found.mission)), fingerprint: found.fingerprint };
  }

  /** Records that a dispatch was answered with the mission of a row. */
  addDeduplicated(missionId: MissionId, { mission, fingerprint }: Deduplicated): void {
    this.#addDeduplicated.run({ missionId, mission, fingerprint });
  }

  /** The lanes with queued missions of a key. */
  lanesWaiting(key: string): string[] {
    return (this.#lanesWaiting.all(key) as unknown as { lane: string }[]).map(({ lane }) => lane);
  }
}
