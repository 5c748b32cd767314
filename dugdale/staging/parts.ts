import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import type { MissionId } from "../../protocol/names.ts";
import type { Clock } from "../host/clock.ts";
import type { DataDir } from "../host/data_dir.ts";
import type { Log } from "../host/log.ts";
import type { Slots } from "../host/slots.ts";
import type { Store } from "../store/store.ts";
import type { DiskUsage } from "./disk_usage.ts";

/** Dependencies of the staging area. */
export interface StagingParts {
  readonly store: Store;
  readonly dataDir: DataDir;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: DugdaleConfig;
  /** Limits the concurrent file operations, shared with the rest of the daemon. */
  readonly slots: Slots;
  readonly usage: DiskUsage;
  /** Whether the daemon is shutting down and accepts no new uploads. */
  readonly draining: () => boolean;
  /** Whether the database is damaged, and must no longer decide which files are orphans. */
  readonly damaged: () => boolean;
  readonly missions: MissionsOfFiles;
  /** Called when a file could not be synced, for metrics. */
  readonly onFsyncFailure: (transition: "staging_upload_complete") => void;
}

/** What a forced deletion of a file needs from the engine. */
export interface MissionsOfFiles {
  /**
   * Kills running missions and resolves once all of them are done.
   *
   * @param gone Aborts when the caller no longer waits.
   * @throws {ProblemError} `internal`, `force_delete_timeout`, `client_closed`
   */
  killForDelete(missionIds: readonly MissionId[], gone: () => AbortSignal): Promise<void>;
  /** Makes a change of the store in which missions are hidden, and resolves once it is on disk. */
  write<T>(change: () => T): Promise<T>;
  /** Hides a queued or done mission within such a change; false in another state. */
  hide(id: number): boolean;
}
