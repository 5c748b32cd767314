import { randomUUID } from "node:crypto";
import { constants, lstatSync, unlinkSync } from "node:fs";
import { chmod, type FileHandle, lstat, open, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { nextTurn } from "./clock.ts";
import { folderEntries } from "./folder_entries.ts";

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const OWN = 0o700;
/** After so long others have their turn. */
const TURN_MS = 2;
/** To free the blocks of a larger file may take longer than a turn. */
const LARGE_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Removes a file, or a folder with all that is in it. As `rm -r` of `node:fs`, which recurses and ends the process
 * when folders are nested some thousand deep; and permissions that forbid the removal are repaired first.
 *
 * A nested folder is moved up into the top one before its turn comes, so that no path is long and nothing recurses.
 * On Linux entries are named below an open folder, so that a link put in the place of one leads nowhere.
 *
 * @param options.force Whether what is missing counts as removed. Default false.
 */
export async function removeTree(
  path: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  try {
    const found = await lstat(path);
    if (!found.isDirectory()) return await unlink(path);
    // Folders are moved into it and removed from it.
    if ((found.mode & OWN) !== OWN) await chmod(path, OWN);
  } catch (error) {
    if (force && codeOf(error) === "ENOENT") return;
    throw error;
  }
  await emptyTree(path);
  await rmdir(path);
}

/** Removes all that is in a folder, as {@linkcode removeTree} does. */
export async function emptyTree(path: string): Promise<void> {
  const folders = new Set<string>();
  await emptyFolder(path, (_, name) => void folders.add(name));
  for (const name of folders) {
    const folder = join(path, name);
    await emptyFolder(folder, async (base, name) => {
      const moved = randomUUID();
      const move = () => rename(join(base, name), join(path, moved));
      // To be moved, a folder must be writable itself.
      await move().catch((error) => repaired(error, join(base, name), move));
      folders.add(moved);
    });
    await rmdir(folder);
    folders.delete(name);
  }
}

/** Removes the files of a folder, and hands over the folders in it. */
async function emptyFolder(
  path: string,
  onFolder: (base: string, name: string) => Promise<void> | void,
): Promise<void> {
  const openIt = (): Promise<FileHandle> => open(path, FOLDER);
  const folder = await openIt().catch((error) => repaired(error, path, openIt));
  const base = Deno.build.os === "linux" ? `/proc/self/fd/${folder.fd}` : path;
  const empty = async (): Promise<void> => {
    const { size } = await folder.stat();
    let untilMs = performance.now() + TURN_MS;
    for await (const entries of folderEntries(base, { fd: folder.fd, sizeBytes: size })) {
      for (const entry of entries) {
        if (entry.isFolder) await onFolder(base, entry.name);
        else await removeFile(join(base, entry.name));
        if (performance.now() < untilMs) continue;
        await nextTurn();
        untilMs = performance.now() + TURN_MS;
      }
    }
  };
  try {
    await empty().catch(async (error) => {
      if (codeOf(error) !== "EACCES") throw error;
      await folder.chmod(OWN);
      await empty();
    });
  } finally {
    await folder.close();
  }
}

/** At once, because a thread of the pool takes ten times longer. */
async function removeFile(path: string): Promise<void> {
  if (lstatSync(path).size > LARGE_FILE_BYTES) await unlink(path);
  else unlinkSync(path);
}

/** Tries once more what the permissions of a folder have forbidden. */
async function repaired<T>(error: unknown, folder: string, action: () => Promise<T>): Promise<T> {
  if (codeOf(error) !== "EACCES" || !(await lstat(folder)).isDirectory()) throw error;
  await chmod(folder, OWN);
  return await action();
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
