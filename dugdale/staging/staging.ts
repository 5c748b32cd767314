import type { StagingId } from "../../protocol/names.ts";
import type { ReferringMission } from "../store/staging_refs.ts";
import { Downloads } from "./download.ts";
import { removeOrphans } from "./orphans.ts";
import type { StagingParts } from "./parts.ts";
import { Periodic, type PeriodicWork } from "./periodic.ts";
import { type RemovalOptions, removeFile } from "./removal.ts";
import { repairUploads } from "./repair_uploads.ts";
import { Sweep } from "./sweep.ts";
import { Uploads } from "./upload.ts";

const DISK_USAGE_MS = 30_000;
const ORPHANS_MS = 24 * 3_600_000;
/** A file may be slightly older than its row. */
const ORPHAN_AGE_MS = 5 * 60_000;

/** The staging area: input and output files of missions, and its maintenance. */
export class Staging implements AsyncDisposable {
  readonly parts: StagingParts;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly sweep: Sweep;
  readonly #openedMs: number;
  readonly #workers: Periodic[] = [];

  constructor(parts: StagingParts) {
    this.parts = parts;
    this.#openedMs = parts.clock.wallMs();
    this.uploads = new Uploads(parts);
    this.downloads = new Downloads(parts);
    this.sweep = new Sweep(parts, this.uploads);
  }

  /** Synchronizes unfinished uploads with their files. Call it before requests are accepted. */
  async repair(): Promise<void> {
    await repairUploads(this.parts);
  }

  /**
   * Removes entries without a row: at the start those of an earlier daemon, later those that are some minutes old. It
   * takes a while, and runs while the dugdale works.
   *
   * @param beforeMs See {@linkcode removeOrphans}.
   */
  async clean(stopping: AbortSignal, beforeMs: number = this.#cleanBeforeMs()): Promise<void> {
    const removed = await removeOrphans(this.parts, { beforeMs, stopping });
    if (removed > 0) this.parts.log.info("orphans removed", { count: removed });
  }

  /** Starts the background work, which ends with the disposal. */
  start(): void {
    const { clock, config, usage } = this.parts;
    const work = (
      op: string,
      periodMs: number,
      pass: (stopping: AbortSignal) => Promise<unknown>,
      options: Pick<PeriodicWork, "atStart" | "pauseTimes"> = {},
    ) => {
      const onError = (err: unknown) => this.parts.log.error("background work failed", { op, err });
      this.#workers.push(new Periodic({ periodMs, pass, onError, ...options }, clock));
    };
    work("staging_sweep", config.cleanup.sweepIntervalMs, (stopping) => this.sweep.run(stopping), {
      pauseTimes: 0,
    });
    work("disk_usage", DISK_USAGE_MS, (stopping) => usage.measure(stopping), { atStart: true });
    work("orphans", ORPHANS_MS, (stopping) => this.clean(stopping), { atStart: true });
  }

  #cleanBeforeMs(): number {
    return Math.max(this.#openedMs, this.parts.clock.wallMs() - ORPHAN_AGE_MS);
  }

  /** Hides a file until the next sweep, and stops an upload of it. See {@linkcode removeFile}. */
  async remove(
    stagingId: StagingId,
    options: RemovalOptions,
  ): Promise<readonly ReferringMission[] | undefined> {
    const missions = await removeFile(stagingId, options, this.parts);
    this.uploads.stop(stagingId);
    return missions;
  }

  /** Stops background work and uploads, and waits for them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const workers = this.#workers.splice(0);
    await Promise.all([this.uploads, ...workers].map((part) => part[Symbol.asyncDispose]()));
  }
}
