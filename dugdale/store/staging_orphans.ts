import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Tells which ids found on disk have no row. */
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

  /** Those of the ids that no mission has. */
  unknownMissions(ids: readonly string[]): Set<string> {
    return idSet(this.#missions.all(JSON.stringify(ids)));
  }

  /** Those of the ids that no staging file has. */
  unknownStaging(ids: readonly string[]): Set<string> {
    return idSet(this.#staging.all(JSON.stringify(ids)));
  }

  /**
   * Start of the oldest mission whose output files are being collected: those files get their rows only at the end.
   * Undefined when there is none.
   */
  collectingSince(): number | undefined {
    return (this.#collecting.get() as { since: number | null }).since ?? undefined;
  }
}

function idSet(rows: unknown[]): Set<string> {
  return new Set((rows as { id: string }[]).map((row) => row.id));
}
