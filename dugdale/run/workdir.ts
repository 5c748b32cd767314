import { Buffer } from "node:buffer";
import { dirname, join } from "node:path";
import type { DataDir } from "../host/data_dir.ts";
import type { Disk } from "../host/disk.ts";
import { LARGE_FOLDER_BYTES } from "../host/folder_entries.ts";
import type { Slots } from "../host/slots.ts";
import type { MissionFileRow, MissionRow } from "../store/mission_row.ts";
import { STDIN_ROLE } from "./environment.ts";
import { LaunchError, textOf } from "./launch_error.ts";

/** The folders and files of a new run. */
export interface Workdir {
  readonly path: string;
  /** The file used as stdin. */
  readonly stdin: string;
}

/**
 * Creates a fresh working directory with the input and copies of the input files.
 *
 * The calls are synchronous, except for copies: each takes a few microseconds, and a burst of missions must not need
 * hundreds of pool threads.
 *
 * @throws {LaunchError}
 */
export async function makeWorkdir(
  mission: Pick<MissionRow, "mission_id" | "kind" | "input">,
  files: readonly MissionFileRow[],
  dataDir: DataDir,
  slots: Slots,
): Promise<Workdir> {
  const { disk } = dataDir;
  const path = dataDir.work(mission.mission_id);
  const isExec = mission.kind === "exec";
  try {
    await makeFolders(disk, path, isExec ? ["in", "out", "tmp", "script"] : ["in", "out", "tmp"]);
    for (const file of files) {
      const { target, mode } = placeOf(path, file);
      await slots.run(() => disk.copyFile(dataDir.staging(file.staging_id), target));
      disk.chmodSync(target, mode);
    }
  } catch (cause) {
    await discardCopies(disk, path, files);
    throw new LaunchError("input_materialization_failed", `working directory: ${textOf(cause)}`, { cause });
  }
  if (isExec) {
    const fed = files.find((file) => file.role === STDIN_ROLE);
    return { path, stdin: fed === undefined ? "/dev/null" : placeOf(path, fed).target };
  }
  const stdin = join(path, "input.json");
  try {
    writeNew(disk, stdin, mission.input, 0o400);
  } catch (cause) {
    throw new LaunchError("spawn_failed", `input file: ${textOf(cause)}`, { cause });
  }
  return { path, stdin };
}

/** A partial copy may have used the last space, which the database needs to record the end of the run. */
async function discardCopies(disk: Disk, path: string, files: readonly MissionFileRow[]): Promise<void> {
  try {
    await tidyWorkdir(disk, path, files, { collected: [] });
  } catch {
    // If nothing can be created there may be nothing to remove either; the first error counts.
  }
}

/** A run of at most this length has created some thousand files at most: listing them takes a few milliseconds. */
const SHORT_MS = 100;

/**
 * Removes what takes room and no request can reach any more: copies of inputs, collected outputs, temporary files.
 * Empty folders stay until the row goes: removing them now would cost as much as making them.
 *
 * @param run Keys of the collected outputs, how long the run took, if that is known, and what ends it early.
 */
export async function tidyWorkdir(
  disk: Disk,
  path: string,
  files: readonly MissionFileRow[],
  run: {
    readonly collected: readonly string[];
    readonly tookMs?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { collected, tookMs = Infinity, signal } = run;
  for (const file of files) {
    if (file.ref_kind !== "output") await removeIn(disk, path, placeOf(path, file).target);
  }
  for (const key of collected) await removeIn(disk, path, join(path, "out", key));
  const temporary = join(path, "tmp");
  // True in nearly all cases, and reading is harmless wherever a link may lead.
  if (isEmpty(disk, temporary, tookMs)) return;
  // A link to a large folder must not be listed entry by entry.
  if (!isFolder(disk, path) || !isFolder(disk, temporary)) return;
  await disk.empty(temporary, signal);
}

function isEmpty(disk: Disk, folder: string, tookMs: number): boolean {
  try {
    // Listing a large folder takes long; a short run cannot have filled one, and is not checked.
    if (tookMs > SHORT_MS && disk.statSync(folder).size > LARGE_FOLDER_BYTES) return false;
    return disk.readdirSync(folder).length === 0;
  } catch {
    // Missing, not a folder, or not readable: checked in detail below.
    return false;
  }
}

/** A mission may have replaced one of our folders by a link; its target is not ours to remove. */
async function removeIn(disk: Disk, path: string, target: string): Promise<void> {
  const folder = dirname(target);
  if (!isFolder(disk, path) || !writable(disk, path, () => isFolder(disk, folder))) return;
  if (writable(disk, folder, () => isFolder(disk, target))) {
    await disk.rm(target, { recursive: true, force: true });
  } else writable(disk, folder, () => disk.rmSync(target, { force: true }));
}

/** Acts in a folder that the mission may have made read-only or inaccessible. */
function writable<T>(disk: Disk, folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EACCES" || !isFolder(disk, folder)) throw error;
    disk.chmodSync(folder, 0o700);
    return act();
  }
}

function isFolder(disk: Disk, path: string): boolean {
  return disk.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** As `writeFileSync`, for a new file; that one sets the mode a second time. */
function writeNew(disk: Disk, path: string, text: string, mode: number): void {
  const file = disk.openSync(path, "wx", mode);
  try {
    for (let rest: Uint8Array = Buffer.from(text); rest.length > 0;) {
      rest = rest.subarray(disk.writeSync(file, rest));
    }
  } finally {
    disk.closeSync(file);
  }
}

async function makeFolders(disk: Disk, path: string, names: readonly string[]): Promise<void> {
  try {
    disk.mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
    await disk.rm(path, { recursive: true, force: true });
    disk.mkdirSync(path, { mode: 0o755 });
  }
  for (const name of names) disk.mkdirSync(join(path, name), { mode: 0o755 });
}

function placeOf(path: string, file: MissionFileRow): { target: string; mode: number } {
  if (file.ref_kind === "script") return { target: join(path, "script", "script"), mode: 0o555 };
  if (file.role === STDIN_ROLE) return { target: join(path, "tmp", ".stdin"), mode: 0o444 };
  return { target: join(path, "in", file.role), mode: 0o444 };
}
