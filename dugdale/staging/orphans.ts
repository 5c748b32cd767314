import { join } from "node:path";
import { UUID_V7 } from "../../protocol/names.ts";
import { isMissing } from "./file_errors.ts";
import type { StagingParts } from "./parts.ts";

/** Which orphans to remove. */
export interface OrphanOptions {
  /**
   * Unix milliseconds. Newer entries are kept, because their row may be about to be written; Infinity removes all, and
   * is only for a moment without concurrent work.
   */
  readonly beforeMs: number;
  readonly stopping: AbortSignal;
}

/** One kind of entry that belongs to a row. */
interface Kind {
  readonly folder: string;
  /** Whether the entries are distributed over subfolders. */
  readonly sharded: boolean;
  /** The first group is the id. Other entries of the folder are not touched. */
  readonly name: RegExp;
  readonly unknown: (ids: readonly string[]) => Set<string>;
  /** Only entries last changed before this time, in Unix milliseconds, are checked. */
  readonly beforeMs: number;
}

const ID = `(${UUID_V7})`;
const CAPTURE = new RegExp(`^${ID}-(?:stdout|stderr|combined|log|events)$`);
const WORK = new RegExp(`^${ID}$`);
const STAGED = new RegExp(`^${ID}(?:\\.tmp)?$`);
const PAUSE_MS = 5;

/**
 * Removes captured output, working directories and staging files without a row: leftovers of a crash between a file and
 * its row.
 *
 * @returns Number of removed entries.
 */
export async function removeOrphans(
  parts: StagingParts,
  { beforeMs, stopping }: OrphanOptions,
): Promise<number> {
  const { orphans } = parts.store.staging;
  // The rows of output files are written when all of a mission's files have been copied, which may take longer than
  // that.
  const stagedBeforeMs = Math.min(beforeMs, orphans.collectingSince() ?? Infinity);
  const missions = (ids: readonly string[]) => orphans.unknownMissions(ids);
  const staging = (ids: readonly string[]) => orphans.unknownStaging(ids);
  const kinds: readonly Kind[] = [
    { folder: "output", sharded: true, name: CAPTURE, unknown: missions, beforeMs },
    { folder: "work", sharded: false, name: WORK, unknown: missions, beforeMs },
    { folder: "staging", sharded: true, name: STAGED, unknown: staging, beforeMs: stagedBeforeMs },
  ];
  let removed = 0;
  for (const kind of kinds) removed += await removeKind(kind, parts, stopping);
  return removed;
}

async function removeKind(kind: Kind, parts: StagingParts, stopping: AbortSignal): Promise<number> {
  const root = join(parts.dataDir.root, kind.folder);
  const list = (folder: string) =>
    parts.slots.run(() => parts.dataDir.disk.readdir(folder)).catch((error): string[] => {
      // Also entries that are not folders, which are not ours.
      if (isMissing(error)) return [];
      throw error;
    });
  const folders = kind.sharded ? (await list(root)).map((shard) => join(root, shard)) : [root];
  let removed = 0;
  for (const folder of folders) {
    // Damage may be found meanwhile, and a damaged database must not decide what is an orphan.
    if (stopping.aborted || parts.damaged()) break;
    const ids = new Map<string, string>();
    for (const name of await list(folder)) {
      const id = kind.name.exec(name)?.[1];
      if (id !== undefined) ids.set(name, id);
    }
    const unknown = kind.unknown([...new Set(ids.values())]);
    for (const [name, id] of ids) {
      if (unknown.has(id) && !parts.damaged() && await removeOld(join(folder, name), kind.beforeMs, parts)) {
        removed++;
      }
    }
    await parts.clock.sleep(PAUSE_MS, stopping);
  }
  return removed;
}

async function removeOld(
  path: string,
  beforeMs: number,
  { slots, log, dataDir }: StagingParts,
): Promise<boolean> {
  try {
    if ((await slots.run(() => dataDir.disk.lstat(path))).mtimeMs >= beforeMs) return false;
    await slots.run(() => dataDir.remove(path, log));
    return true;
  } catch (error) {
    if (!isMissing(error)) log.warn("orphan could not be removed", { path, err: error });
    return false;
  }
}
