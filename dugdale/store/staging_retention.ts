import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StagingId } from "../../protocol/names.ts";

/** Retention of files, in milliseconds. */
export interface RetentionTtls {
  /** A file without missions, from its creation. */
  readonly stagingTtlMs: number;
  /** The same from its first download, if that is earlier. */
  readonly downloadedGraceMs: number;
  /** A file of a mission that succeeded, from the mission's end. */
  readonly successTtlMs: number;
  /** A file of a mission with another outcome. */
  readonly failedTtlMs: number;
  /** As {@linkcode successTtlMs}, for an exec. */
  readonly execSuccessTtlMs: number;
  /** As {@linkcode failedTtlMs}, for an exec. */
  readonly execFailedTtlMs: number;
}

/** Column `time_expires` of table `staging_files`, and the removal of expired files. */
export class StagingRetention {
  readonly #settle: StatementSync;
  readonly #due: StatementSync;
  readonly #expire: StatementSync;
  readonly #deleting: StatementSync;

  constructor(db: DatabaseSync) {
    this.#settle = db.prepare(`
      UPDATE staging_files SET time_expires = (
        SELECT CASE
          WHEN count(*) = 0 THEN min(staging_files.time_created + :stagingTtlMs,
            coalesce(staging_files.downloaded_at + :downloadedGraceMs, staging_files.time_created + :stagingTtlMs))
          WHEN sum(m.status <> 'done') > 0 THEN NULL
          ELSE max(m.time_finished + CASE
            WHEN m.kind = 'mission' THEN iif(m.outcome = 'success', :successTtlMs, :failedTtlMs)
            ELSE iif(m.outcome = 'success', :execSuccessTtlMs, :execFailedTtlMs) END)
          END
        FROM mission_files f JOIN missions m ON m.id = f.mission WHERE f.staging_id = staging_files.staging_id)
      WHERE staging_id IN (SELECT staging_id FROM staging_files
        WHERE time_expires = 0 AND state IN ('uploading', 'complete') LIMIT :limit)`);
    this.#due = db.prepare(`
      SELECT staging_id FROM staging_files
      WHERE time_expires > 0 AND time_expires <= :nowMs AND state IN ('uploading', 'complete')
      ORDER BY time_expires LIMIT :limit`);
    this.#expire = db.prepare(`
      UPDATE staging_files SET state = 'deleting', time_updated = :nowMs
      WHERE staging_id = :stagingId AND state IN ('uploading', 'complete')
        AND time_expires > 0 AND time_expires <= :nowMs`);
    this.#deleting = db.prepare(`
      SELECT staging_id FROM staging_files WHERE state = 'deleting' AND staging_id > :after
      ORDER BY staging_id LIMIT :limit`);
  }

  /**
   * Computes the expiry of files whose missions were removed or finished, at most `limit` of them. Call it in the
   * transaction of the change.
   *
   * @returns Their number.
   */
  settle(ttls: RetentionTtls, limit: number): number {
    return Number(this.#settle.run({ ...ttls, limit }).changes);
  }

  /** Expired files, the longest overdue first. */
  due(nowMs: number, limit: number): StagingId[] {
    return ids(this.#due.all({ nowMs, limit }));
  }

  /** Hides an expired file; false if its expiry was extended since. */
  expire(stagingId: StagingId, nowMs: number): boolean {
    return this.#expire.run({ stagingId, nowMs }).changes === 1;
  }

  /** Hidden files sorted by id, from the one after `after` (`""` for the first). */
  deleting(after: string, limit: number): StagingId[] {
    return ids(this.#deleting.all({ after, limit }));
  }
}

function ids(rows: unknown[]): StagingId[] {
  return (rows as { staging_id: StagingId }[]).map((row) => row.staging_id);
}
