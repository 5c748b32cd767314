import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StagingId } from "../../protocol/names.ts";
import { StagingOrphans } from "./staging_orphans.ts";
import { StagingRefs } from "./staging_refs.ts";
import { StagingRetention } from "./staging_retention.ts";
import type { CollectedFile, NewUpload, StagingRow } from "./staging_row.ts";

/** Table `staging_files`: files from the first byte to the sweep. */
export class StagingFiles {
  /** References from missions to files. */
  readonly refs: StagingRefs;
  /** How long files are kept. */
  readonly retention: StagingRetention;
  /** Files on disk without a row. */
  readonly orphans: StagingOrphans;
  readonly #find: StatementSync;
  readonly #begin: StatementSync;
  readonly #received: StatementSync;
  readonly #complete: StatementSync;
  readonly #markDeleting: StatementSync;
  readonly #remove: StatementSync;
  readonly #pin: StatementSync;
  readonly #touchDownload: StatementSync;
  readonly #uploading: StatementSync;
  readonly #uploads: StatementSync;
  readonly #idle: StatementSync;
  readonly #setReceived: StatementSync;
  readonly #byContent: StatementSync;
  readonly #addOutput: StatementSync;

  constructor(db: DatabaseSync) {
    this.refs = new StagingRefs(db);
    this.retention = new StagingRetention(db);
    this.orphans = new StagingOrphans(db);
    this.#find = db.prepare(`SELECT * FROM staging_files WHERE staging_id = ?`);
    this.#begin = db.prepare(`
      INSERT INTO staging_files (staging_id, state, sha256, size, bytes_received, time_created, time_updated, time_expires, owner)
      VALUES (:stagingId, 'uploading', :sha256, :size, 0, :nowMs, :nowMs, :expiresMs, :owner)`);
    this.#received = db.prepare(`
      UPDATE staging_files SET bytes_received = :bytes, time_updated = :nowMs, time_expires = :expiresMs
      WHERE staging_id = :stagingId AND state = 'uploading'`);
    this.#complete = db.prepare(`
      UPDATE staging_files SET state = 'complete', bytes_received = size, time_updated = :nowMs, time_expires = :expiresMs
      WHERE staging_id = :stagingId AND state = 'uploading'`);
    this.#markDeleting = db.prepare(`
      UPDATE staging_files SET state = 'deleting', time_updated = :nowMs
      WHERE staging_id = :stagingId AND state <> 'deleting'`);
    this.#remove = db.prepare(`
      DELETE FROM staging_files WHERE staging_id = :stagingId AND state = 'deleting'
      AND NOT EXISTS (SELECT 1 FROM mission_files f WHERE f.staging_id = :stagingId)`);
    this.#pin = db.prepare(
      `UPDATE staging_files SET time_expires = NULL WHERE staging_id = ? AND state = 'complete'`,
    );
    this.#touchDownload = db.prepare(
      `UPDATE staging_files SET downloaded_at = :nowMs WHERE staging_id = :stagingId AND downloaded_at IS NULL`,
    );
    this.#uploading = db.prepare(`
      SELECT count(*) AS count, coalesce(sum(bytes_received), 0) AS bytes FROM staging_files WHERE state = 'uploading'`);
    this.#uploads = db.prepare(`
      SELECT * FROM staging_files WHERE state = 'uploading' AND staging_id > :after AND (:owner IS NULL OR owner = :owner)
      ORDER BY staging_id LIMIT :limit`);
    this.#idle = db.prepare(`
      SELECT staging_id FROM staging_files WHERE state = 'uploading' AND time_updated <= ?
      ORDER BY time_updated LIMIT 100`);
    this.#setReceived = db.prepare(
      `UPDATE staging_files SET bytes_received = :bytes WHERE staging_id = :stagingId AND state = 'uploading'`,
    );
    this.#byContent = db.prepare(
      `SELECT * FROM staging_files WHERE state = 'complete' AND sha256 = ? AND size = ?`,
    );
    this.#addOutput = db.prepare(`
      INSERT INTO staging_files (staging_id, state, sha256, size, bytes_received, time_created, time_updated, time_expires)
      VALUES (:stagingId, 'complete', :sha256, :size, :size, :nowMs, :nowMs, 0)`);
  }

  /** Finds a file in any state. */
  find(stagingId: StagingId): StagingRow | undefined {
    return this.#find.get(stagingId) as StagingRow | undefined;
  }

  /** Adds an upload without content. */
  begin(upload: NewUpload): void {
    this.#begin.run({ owner: null, ...upload });
  }

  /** Records the received bytes of an upload; false if it is no longer an upload. */
  received(stagingId: StagingId, bytes: number, nowMs: number, expiresMs: number): boolean {
    return this.#received.run({ stagingId, bytes, nowMs, expiresMs }).changes === 1;
  }

  /** Makes a verified upload usable; false if it is no longer an upload. */
  complete(stagingId: StagingId, nowMs: number, expiresMs: number): boolean {
    return this.#complete.run({ stagingId, nowMs, expiresMs }).changes === 1;
  }

  /** Hides a file until the next sweep removes it. */
  markDeleting(stagingId: StagingId, nowMs: number): boolean {
    return this.#markDeleting.run({ stagingId, nowMs }).changes === 1;
  }

  /** Removes the row of a file that was removed from disk; false while a mission still refers to it. */
  remove(stagingId: StagingId): boolean {
    return this.#remove.run({ stagingId }).changes === 1;
  }

  /** Keeps a complete file for as long as a mission needs it; false if it is not complete. */
  pin(stagingId: StagingId): boolean {
    return this.#pin.run(stagingId).changes === 1;
  }

  /** Records the first complete download. It shortens the life of the file only once no mission refers to it. */
  touchDownload(stagingId: StagingId, nowMs: number): void {
    this.#touchDownload.run({ stagingId, nowMs });
  }

  /** Number and total size of unfinished uploads. */
  uploading(): { readonly count: number; readonly bytes: number } {
    return this.#uploading.get() as { count: number; bytes: number };
  }

  /**
   * Unfinished uploads in the order of their ids, from the one after `after` (`""` for the first).
   *
   * @param owner Only those of the token of this name. Default all.
   */
  uploads(after: string, limit: number, owner?: string): StagingRow[] {
    return this.#uploads.all({ after, limit, owner: owner ?? null }) as unknown as StagingRow[];
  }

  /** Unfinished uploads that have been idle since a time, the longest idle first; a hundred at most. */
  idleUploads(sinceMs: number): StagingId[] {
    return (this.#idle.all(sinceMs) as { staging_id: StagingId }[]).map((row) => row.staging_id);
  }

  /** Corrects the received bytes of an upload, without extending its life. */
  setReceived(stagingId: StagingId, bytes: number): void {
    this.#setReceived.run({ stagingId, bytes });
  }

  /** Any complete file with that content. @param counts Whether one counts. Default: all do. */
  findByContent(
    sha256: string,
    size: number,
    counts: (row: StagingRow) => boolean = () => true,
  ): StagingId | undefined {
    const rows = this.#byContent.iterate(sha256, size) as unknown as IterableIterator<StagingRow>;
    return Iterator.from(rows).find(counts)?.staging_id;
  }

  /** Adds an output file of a mission. Its expiry is set by {@linkcode StagingRetention.settle}. */
  addOutput(mission: number, file: CollectedFile, nowMs: number): void {
    this.#addOutput.run({ stagingId: file.stagingId, sha256: file.sha256, size: file.size, nowMs });
    this.refs.addOutput(mission, file.stagingId, file.role);
  }
}
