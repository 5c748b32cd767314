import type { StagingId } from "../../protocol/names.ts";
import type { StagingRow } from "../store/staging_row.ts";

/** Number of entries after which finished ones are removed. */
const REMEMBERED = 4096;

/**
 * The sender of each upload, for the life of this dugdale. Those of an earlier run count as one sender. When there is
 * no more space, a sender with many unfinished uploads yields to one with few.
 */
export class Senders {
  readonly #byUpload = new Map<StagingId, string>();

  /** The sender of an upload; undefined for one begun in an earlier run. */
  of(stagingId: StagingId): string | undefined {
    return this.#byUpload.get(stagingId);
  }

  /** An upload has begun. @param isUnfinished Whether an entry is still needed. */
  add(stagingId: StagingId, sender: string, isUnfinished: (id: StagingId) => boolean): void {
    if (this.#byUpload.size >= REMEMBERED) {
      for (const id of this.#byUpload.keys()) if (!isUnfinished(id)) this.#byUpload.delete(id);
    }
    this.#byUpload.set(stagingId, sender);
  }

  /** An upload is over. */
  delete(stagingId: StagingId): void {
    this.#byUpload.delete(stagingId);
  }

  /**
   * The uploads to abandon for another one of a sender, until each sender has the same share: the longest idle one of
   * the sender with the most, and so on.
   *
   * @param uploads All unfinished ones.
   * @param isRunning Whether an upload is receiving bytes at this moment; it is not abandoned.
   */
  *givingWay(
    sender: string,
    uploads: readonly StagingRow[],
    isRunning: (id: StagingId) => boolean,
  ): Generator<StagingId, void, void> {
    const bySender = Map.groupBy(uploads, (upload) => this.of(upload.staging_id) ?? "");
    const own = bySender.get(sender)?.length ?? 0;
    const counts = new Map([...bySender].map(([name, list]) => [name, list.length]));
    const idle = uploads.filter((upload) => !isRunning(upload.staging_id))
      .sort((a, b) => a.time_updated - b.time_updated);
    for (;;) {
      const most = Math.max(...idle.map((upload) => counts.get(this.of(upload.staging_id) ?? "") ?? 0), 0);
      if (most <= own + 1) return;
      const index = idle.findIndex((upload) => counts.get(this.of(upload.staging_id) ?? "") === most);
      const [upload] = idle.splice(index, 1);
      if (upload === undefined) return;
      const name = this.of(upload.staging_id) ?? "";
      counts.set(name, most - 1);
      yield upload.staging_id;
    }
  }
}
