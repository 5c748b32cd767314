import type { StagingId } from "../../protocol/names.ts";
import type { ReferringMission } from "../store/staging_refs.ts";
import { Downloads } from "./download.ts";
import { retentionTtls } from "./expiry.ts";
import { removeOrphans } from "./orphans.ts";
import type { StagingParts } from "./parts.ts";
import { Periodic } from "./periodic.ts";
import { type RemovalOptions, removeFile } from "./removal.ts";
import { repairUploads } from "./repair_uploads.ts";
import { Sweep } from "./sweep.ts";
import { Uploads } from "./upload.ts";

const DISK_USAGE_MS = 30_000;
const ORPHANS_MS = 24 * 3_600_000;
/** A file may be a little older than its row. */
const ORPHAN_AGE_MS = 5 * 60_000;
/** More than the sweep does at once: at the start nothing else waits. */
const SETTLE_AT_START = 10_000;

/** The staging area: files on their way into and out of missions, and the work that keeps it tidy. */
export class Staging implements AsyncDisposable {
  readonly parts: StagingParts;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly sweep: Sweep;
  readonly #workers: Periodic[] = [];

  constructor(parts: StagingParts) {
    this.parts = parts;
    this.uploads = new Uploads(parts);
    this.downloads = new Downloads(parts);
    this.sweep = new Sweep(parts, this.uploads);
  }

  /**
   * Settles what an earlier daemon has left. To be called after unfinished missions have been repaired, and before
   * lanes start and requests come.
   */
  async repair(): Promise<void> {
    const { store, config, log } = this.parts;
    await repairUploads(this.parts);
    const removed = await removeOrphans(this.parts, { minAgeMs: 0, stopping: new AbortController().signal });
    if (removed > 0) log.info("orphans removed", { count: removed });
    await store.write(() => store.staging.retention.settle(retentionTtls(config), SETTLE_AT_START));
  }

  /** Starts the background work, which ends with the disposal. */
  start(): void {
    const { clock, config, usage } = this.parts;
    const work = (
      op: string,
      periodMs: number,
      pass: (stopping: AbortSignal) => Promise<unknown>,
      atStart = false,
    ) => {
      const onError = (err: unknown) => this.parts.log.error("background work failed", { op, err });
      this.#workers.push(new Periodic({ periodMs, pass, onError, atStart }, clock));
    };
    work("staging_sweep", config.cleanup.sweepIntervalMs, (stopping) => this.sweep.run(stopping));
    work("disk_usage", DISK_USAGE_MS, (stopping) => usage.measure(stopping), true);
    work("orphans", ORPHANS_MS, async (stopping) => {
      if (!this.parts.damaged()) await removeOrphans(this.parts, { minAgeMs: ORPHAN_AGE_MS, stopping });
    });
  }

  /** Hides a file until the next sweep, and ends an upload of it. See {@linkcode removeFile}. */
  async remove(
    stagingId: StagingId,
    options: RemovalOptions,
  ): Promise<readonly ReferringMission[] | undefined> {
    const missions = await removeFile(stagingId, options, this.parts);
    this.uploads.stop(stagingId);
    return missions;
  }

  /** Ends background work and uploads, and waits for them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const workers = this.#workers.splice(0);
    await Promise.all([this.uploads, ...workers].map((part) => part[Symbol.asyncDispose]()));
  }
}
