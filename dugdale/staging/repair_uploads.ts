import type { StagingRow } from "../store/staging_row.ts";
import { isMissing } from "./file_errors.ts";
import type { StagingParts } from "./parts.ts";

const BATCH = 100;

/**
 * Brings unfinished uploads back into step with their files after a crash: the file may hold more than the database
 * has learned. What counts is the file; its content is checked against the digest at the end anyway. To be called
 * before any upload is taken.
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

/** As {@linkcode repairUploads} for one upload that is not under way. @returns How many bytes of it there are. */
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
    // A sender can only go on where a byte is missing, so of a whole file one is given back.
    const usable = Math.min(size, Math.max(0, row.size - 1));
    if (usable < size) await slots.run(() => dataDir.disk.truncate(path, usable));
    return usable;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
