import { join } from "node:path";
import { isStagingId, type StagingId } from "../../protocol/names.ts";
import { retentionTtls } from "./expiry.ts";
import { isMissing, isOtherFileSystem } from "./file_errors.ts";
import type { StagingParts } from "./parts.ts";
import type { Uploads } from "./upload.ts";

/** Files between two pauses, so that other work gets its turn and transactions stay short. */
const BATCH = 100;
const PAUSE_MS = 20;
/** Rows in one transaction that only computes expiries. */
const SETTLE_BATCH = 1000;
/** How long a file that is no longer listed stays readable for running downloads. */
const TOMBSTONE_MS = 60_000;

/**
 * Removes expired files in three passes, each of which may be the first after a crash: rows become `deleting`; their
 * files are moved to `tombstone/`; after a minute there they are removed, and the row with them.
 */
export class Sweep {
  readonly #parts: StagingParts;
  readonly #uploads: Uploads;

  constructor(parts: StagingParts, uploads: Uploads) {
    this.#parts = parts;
    this.#uploads = uploads;
  }

  /** Runs one sweep, or the part of it until `stopping`. */
  async run(stopping: AbortSignal): Promise<void> {
    await this.#settle(stopping);
    await this.#expire(stopping);
    await this.#bury(stopping);
    await this.#clear(stopping);
  }

  async #settle(stopping: AbortSignal): Promise<void> {
    const { store, config, clock } = this.#parts;
    const ttls = retentionTtls(config);
    const settle = () => store.writeSoon(() => store.staging.retention.settle(ttls, SETTLE_BATCH));
    while (!stopping.aborted && await settle() === SETTLE_BATCH) await clock.sleep(PAUSE_MS, stopping);
  }

  /** All due files: with a limit, more files could be added in an hour than removed. */
  async #expire(stopping: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts;
    const { retention } = store.staging;
    const nowMs = clock.wallMs();
    while (!stopping.aborted) {
      // Uploads in progress stay due, and must not be all that is found.
      const due = retention.due(nowMs, BATCH + this.#uploads.count).filter((id) =>
        !this.#uploads.isRunning(id)
      );
      if (due.length === 0) return;
      // Durable, because the files are moved next: a row must not be complete again when its file is gone.
      await store.write(() => due.forEach((id) => retention.expire(id, nowMs)));
      await clock.sleep(PAUSE_MS, stopping);
    }
  }

  async #bury(stopping: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts;
    let after = "";
    while (!stopping.aborted) {
      const ids = store.staging.retention.deleting(after, BATCH);
      const last = ids.at(-1);
      if (last === undefined) return;
      after = last;
      const gone: StagingId[] = [];
      for (const id of ids) {
        if (!this.#uploads.isRunning(id) && await this.#try(id, () => this.#buryOne(id))) gone.push(id);
      }
      await this.#remove(gone);
      await clock.sleep(PAUSE_MS, stopping);
    }
  }

  /** True if there was no file to move. */
  async #buryOne(id: StagingId): Promise<boolean> {
    const { dataDir, slots, clock } = this.#parts;
    const tombstone = dataDir.tombstone(id);
    const nowS = clock.wallMs() / 1000;
    try {
      await slots.run(() => dataDir.disk.rename(dataDir.staging(id), tombstone));
      await slots.run(() => dataDir.disk.utimes(tombstone, nowS, nowS));
      return false;
    } catch (error) {
      if (isMissing(error)) return true;
      if (!isOtherFileSystem(error)) throw error;
      // If staging/ is a mount point there are no tombstones; running downloads can continue.
      await slots.run(() => dataDir.disk.unlink(dataDir.staging(id)));
      return true;
    }
  }

  async #clear(stopping: AbortSignal): Promise<void> {
    const { dataDir, slots } = this.#parts;
    const ids = (await slots.run(() => dataDir.disk.readdir(join(dataDir.root, "tombstone")))).filter(
      isStagingId,
    );
    await this.#inBatches(ids, stopping, async (batch) => {
      const gone: StagingId[] = [];
      for (const id of batch) if (await this.#try(id, () => this.#clearOne(id))) gone.push(id);
      await this.#remove(gone);
    });
  }

  /** True if it was removed. */
  async #clearOne(id: StagingId): Promise<boolean> {
    const { dataDir, slots, clock } = this.#parts;
    const tombstone = dataDir.tombstone(id);
    const { mtimeMs } = await slots.run(() => dataDir.disk.stat(tombstone));
    if (clock.wallMs() - mtimeMs < TOMBSTONE_MS) return false;
    await slots.run(() => dataDir.disk.unlink(tombstone));
    return true;
  }

  /** A file that cannot be moved or removed must not block all others: the next sweep tries again. */
  async #try(id: StagingId, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (err) {
      this.#parts.log.error("io_error", { op: "staging_sweep", staging_id: id, err });
      return false;
    }
  }

  /** A row that missions still refer to is kept until they are gone. */
  async #remove(ids: readonly StagingId[]): Promise<void> {
    const { store } = this.#parts;
    if (ids.length > 0) await store.writeSoon(() => ids.forEach((id) => store.staging.remove(id)));
  }

  async #inBatches<Id>(
    ids: readonly Id[],
    stopping: AbortSignal,
    work: (batch: readonly Id[]) => Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < ids.length && !stopping.aborted; start += BATCH) {
      await work(ids.slice(start, start + BATCH));
      await this.#parts.clock.sleep(PAUSE_MS, stopping);
    }
  }
}
