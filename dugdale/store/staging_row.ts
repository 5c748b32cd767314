import type { StagingId } from "../../protocol/names.ts";
import type { StagingState } from "../../protocol/staging.ts";

/** A row of table `staging_files`. */
export interface StagingRow {
  readonly staging_id: StagingId;
  readonly state: StagingState;
  /** Lower-case hex digest of the whole file, as declared by the sender. */
  readonly sha256: string;
  /** Size of the whole file. */
  readonly size: number;
  readonly bytes_received: number;
  readonly time_created: number;
  readonly time_updated: number;
  /** Unix milliseconds; null while a mission needs the file, 0 if it has to be computed again. */
  readonly time_expires: number | null;
  readonly downloaded_at: number | null;
  /** The name of the token with which it was sent; null when that has none, and for output files. */
  readonly owner: string | null;
}

/** An upload without content. */
export interface NewUpload {
  readonly stagingId: StagingId;
  /** Lower-case hex digest of the whole file. */
  readonly sha256: string;
  /** Size of the whole file. */
  readonly size: number;
  readonly nowMs: number;
  /** Unix milliseconds. */
  readonly expiresMs: number;
  /** As in the row. Default null. */
  readonly owner?: string | null;
}

/** An output file that was copied and hashed. */
export interface CollectedFile {
  readonly stagingId: StagingId;
  readonly role: string;
  readonly sha256: string;
  readonly size: number;
}
