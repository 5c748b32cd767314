import type { StagingRow } from "../store/staging_row.ts";
import { isMissing } from "./file_errors.ts";
import type { StagingParts } from "./parts.ts";

const BATCH = 100;

/**
 * Synchronizes unfinished uploads with their files after a crash: the file may contain more than the database has
 * recorded. The file is authoritative; its content is verified by the digest at the end anyway. Call it before any
 * upload is accepted.
 */
export async function repairUploads(parts: StagingParts): Promise<void> {
  const { store } = parts;
  for (let after = "";;) {
    const rows = store.staging.uploads(after, BATCH);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.staging_id;
    const held = await Promise.all(rows.map(async (row) => ({ row, size: await usableSize(row, parts) })));
    const changed = held.filter(({ row, size }) => size !== row.bytes_received);
    await store.writeSoon(() => {
      for (const { row, size } of changed) store.staging.setReceived(row.staging_id, size);
    });
  }
}

/** As {@linkcode repairUploads} for one upload that is not in progress. @returns Its size in bytes. */
export async function repairUpload(row: StagingRow, parts: StagingParts): Promise<number> {
  const size = await usableSize(row, parts);
  if (size !== row.bytes_received) {
    await parts.store.writeSoon(() => parts.store.staging.setReceived(row.staging_id, size));
  }
  return size;
}

async function usableSize(row: StagingRow, { dataDir, slots }: StagingParts): Promise<number> {
  const path = dataDir.staging(row.staging_id);
  try {
    const { size } = await slots.run(() => dataDir.disk.stat(path));
    // A sender can only resume where a byte is missing, so one of a whole file is dropped.
    const usable = Math.min(size, Math.max(0, row.size - 1));
    if (usable < size) await slots.run(() => dataDir.disk.truncate(path, usable));
    return usable;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
