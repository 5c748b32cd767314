import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Finds ids on disk that have no row. */
export class StagingOrphans {
  readonly #missions: StatementSync;
  readonly #staging: StatementSync;
  readonly #collecting: StatementSync;

  constructor(db: DatabaseSync) {
    this.#missions = db.prepare(`
      SELECT value AS id FROM json_each(?) WHERE value NOT IN (SELECT mission_id FROM missions)`);
    this.#staging = db.prepare(`
      SELECT value AS id FROM json_each(?) WHERE value NOT IN (SELECT staging_id FROM staging_files)`);
    this.#collecting = db.prepare(`
      SELECT min(time_started) AS since FROM missions WHERE status = 'running' AND ending IS NOT NULL`);
  }

  /** The ids without a mission. */
  unknownMissions(ids: readonly string[]): Set<string> {
    return idSet(this.#missions.all(JSON.stringify(ids)));
  }

  /** The ids without a staging file. */
  unknownStaging(ids: readonly string[]): Set<string> {
    return idSet(this.#staging.all(JSON.stringify(ids)));
  }

  /**
   * Start of the oldest mission whose output files are being collected: their rows are written only at the end.
   * Undefined if there is none.
   */
  collectingSince(): number | undefined {
    return (this.#collecting.get() as { since: number | null }).since ?? undefined;
  }
}

function idSet(rows: unknown[]): Set<string> {
  return new Set((rows as { id: string }[]).map((row) => row.id));
}
