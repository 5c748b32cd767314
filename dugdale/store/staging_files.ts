import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StagingId } from "../../protocol/names.ts";
import type { StagingState } from "../../protocol/staging.ts";

/** A row of table `staging_files`. */
export interface StagingRow {
  readonly staging_id: StagingId;
  readonly state: StagingState;
  /** Lower-case hex of the whole file, as the sender declared it. */
  readonly sha256: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly bytes_received: number;
  readonly time_created: number;
  readonly time_updated: number;
  /** Unix milliseconds; null while a mission needs the file. */
  readonly time_expires: number | null;
  readonly downloaded_at: number | null;
}

/** An output file that has been copied and hashed. */
export interface CollectedFile {
  readonly stagingId: StagingId;
  readonly role: string;
  readonly sha256: string;
  readonly size: number;
}

/** Table `staging_files` and the references of missions to it. */
export class StagingFiles {
  readonly #find: StatementSync;
  readonly #begin: StatementSync;
  readonly #received: StatementSync;
  readonly #complete: StatementSync;
  readonly #markDeleting: StatementSync;
  readonly #remove: StatementSync;
  readonly #pin: StatementSync;
  readonly #touchDownload: StatementSync;
  readonly #uploading: StatementSync;
  readonly #addOutput: StatementSync;
  readonly #refOutput: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(`SELECT * FROM staging_files WHERE staging_id = ?`);
    this.#begin = db.prepare(`
      INSERT INTO staging_files (staging_id, state, sha256, size, bytes_received, time_created, time_updated, time_expires)
      VALUES (:stagingId, 'uploading', :sha256, :size, 0, :nowMs, :nowMs, :expiresMs)`);
    this.#received = db.prepare(`
      UPDATE staging_files SET bytes_received = :bytes, time_updated = :nowMs, time_expires = :expiresMs
      WHERE staging_id = :stagingId AND state = 'uploading'`);
    this.#complete = db.prepare(`
      UPDATE staging_files SET state = 'complete', bytes_received = size, time_updated = :nowMs, time_expires = :expiresMs
      WHERE staging_id = :stagingId AND state = 'uploading'`);
    this.#markDeleting = db.prepare(`
      UPDATE staging_files SET state = 'deleting', time_updated = :nowMs WHERE staging_id = :stagingId AND state <> 'deleting'`);
    this.#remove = db.prepare(`DELETE FROM staging_files WHERE staging_id = ? AND state = 'deleting'`);
    this.#pin = db.prepare(
      `UPDATE staging_files SET time_expires = NULL WHERE staging_id = ? AND state = 'complete'`,
    );
    this.#touchDownload = db.prepare(`
      UPDATE staging_files SET downloaded_at = :nowMs, time_expires = iif(time_expires IS NULL, NULL, 0)
      WHERE staging_id = :stagingId AND downloaded_at IS NULL`);
    this.#uploading = db.prepare(`
      SELECT count(*) AS count, coalesce(sum(bytes_received), 0) AS bytes FROM staging_files WHERE state = 'uploading'`);
    this.#addOutput = db.prepare(`
      INSERT INTO staging_files (staging_id, state, sha256, size, bytes_received, time_created, time_updated, time_expires)
      VALUES (:stagingId, 'complete', :sha256, :size, :size, :nowMs, :nowMs, 0)`);
    this.#refOutput = db.prepare(`
      INSERT INTO mission_files (mission, staging_id, ref_kind, role) VALUES (:mission, :stagingId, 'output', :role)`);
  }

  /** Looks a file up, whatever its state. */
  find(stagingId: StagingId): StagingRow | undefined {
    return this.#find.get(stagingId) as StagingRow | undefined;
  }

  /** Adds an upload of which nothing has come yet. */
  begin(stagingId: StagingId, sha256: string, size: number, nowMs: number, expiresMs: number): void {
    this.#begin.run({ stagingId, sha256, size, nowMs, expiresMs });
  }

  /** Records how much of an upload is on disk. */
  received(stagingId: StagingId, bytes: number, nowMs: number, expiresMs: number): boolean {
    return this.#received.run({ stagingId, bytes, nowMs, expiresMs }).changes === 1;
  }

  /** Makes a verified upload usable; false when it is no longer an upload. */
  complete(stagingId: StagingId, nowMs: number, expiresMs: number): boolean {
    return this.#complete.run({ stagingId, nowMs, expiresMs }).changes === 1;
  }

  /** Hides a file until the next sweep removes it. */
  markDeleting(stagingId: StagingId, nowMs: number): boolean {
    return this.#markDeleting.run({ stagingId, nowMs }).changes === 1;
  }

  /** Forgets a file that has been removed from disk. */
  remove(stagingId: StagingId): boolean {
    return this.#remove.run(stagingId).changes === 1;
  }

  /** Keeps a complete file for as long as a mission needs it; false when it is not complete. */
  pin(stagingId: StagingId): boolean {
    return this.#pin.run(stagingId).changes === 1;
  }

  /** Records the first whole download, which lets an unused file go earlier. */
  touchDownload(stagingId: StagingId, nowMs: number): void {
    this.#touchDownload.run({ stagingId, nowMs });
  }

  /** How many uploads are under way, and how many bytes of them are on disk. */
  uploading(): { readonly count: number; readonly bytes: number } {
    return this.#uploading.get() as { count: number; bytes: number };
  }

  /** Adds a file that a mission wrote. */
  addOutput(mission: number, file: CollectedFile, nowMs: number): void {
    this.#addOutput.run({ stagingId: file.stagingId, sha256: file.sha256, size: file.size, nowMs });
    this.#refOutput.run({ mission, stagingId: file.stagingId, role: file.role });
  }
}
