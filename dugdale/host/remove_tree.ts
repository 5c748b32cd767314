import { randomUUID } from "node:crypto";
import { constants, lstatSync, unlinkSync } from "node:fs";
import { chmod, type FileHandle, lstat, open, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { nextTurn } from "./clock.ts";
import { folderEntries } from "./folder_entries.ts";

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const OWN = 0o700;
/** Time after which others get their turn. */
const TURN_MS = 2;
/** Freeing the blocks of a larger file may take longer than a turn. */
const LARGE_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Removes a file, or a folder with all its entries. Unlike `rm` of `node:fs`, which recurses and crashes on folders
 * nested some thousand deep, it does not recurse; and it repairs permissions that prevent the removal.
 *
 * A nested folder is moved up into the top one before it is processed, so that no path is long. On Linux entries are
 * accessed through an open folder, so that a link put in the place of one has no effect.
 *
 * @param options.force Whether a missing path counts as removed. Default false.
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

/**
 * Removes all entries of a folder, as {@linkcode removeTree} does.
 *
 * @param signal Ends it early; the rest stays. Default: all is removed.
 */
export async function emptyTree(path: string, signal?: AbortSignal): Promise<void> {
  const folders = new Set<string>();
  await emptyFolder(path, (_, name) => void folders.add(name), signal);
  for (const name of folders) {
    const folder = join(path, name);
    await emptyFolder(folder, async (base, name) => {
      const moved = randomUUID();
      const move = () => rename(join(base, name), join(path, moved));
      // To be moved, a folder must itself be writable.
      await move().catch((error) => repaired(error, join(base, name), move));
      folders.add(moved);
    }, signal);
    if (signal?.aborted) return;
    await rmdir(folder);
    folders.delete(name);
  }
}

/** Removes the files of a folder, and passes on its subfolders. */
async function emptyFolder(
  path: string,
  onFolder: (base: string, name: string) => Promise<void> | void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const openIt = (): Promise<FileHandle> => open(path, FOLDER);
  const folder = await openIt().catch((error) => repaired(error, path, openIt));
  const base = Deno.build.os === "linux" ? `/proc/self/fd/${folder.fd}` : path;
  const empty = async (): Promise<void> => {
    const { size } = await folder.stat();
    let untilMs = performance.now() + TURN_MS;
    for await (const entries of folderEntries(base, { fd: folder.fd, sizeBytes: size })) {
      for (const entry of entries) {
        if (signal?.aborted) return;
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

/** Synchronously, because a thread of the pool takes ten times longer. */
async function removeFile(path: string): Promise<void> {
  if (lstatSync(path).size > LARGE_FILE_BYTES) await unlink(path);
  else unlinkSync(path);
}

/** Retries an operation that the permissions of a folder prevented. */
async function repaired<T>(error: unknown, folder: string, action: () => Promise<T>): Promise<T> {
  if (codeOf(error) !== "EACCES" || !(await lstat(folder)).isDirectory()) throw error;
  await chmod(folder, OWN);
  return await action();
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
