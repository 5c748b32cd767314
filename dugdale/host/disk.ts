import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { copyFile, lstat, open, readdir, rename, stat, truncate, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { emptyTree, removeTree } from "./remove_tree.ts";

/** What is asked about a path. */
export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  isDirectory(): boolean;
  isFile(): boolean;
}

/** A file as `open` of `node:fs/promises` gives it. */
export interface DiskHandle extends AsyncDisposable {
  stat(): Promise<FileStat>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A folder that is held open: what is in it is found there, wherever its path leads to by now. */
export interface Folder extends AsyncDisposable {
  /** Opens a file in it. */
  open(name: string, flags: number): Promise<DiskHandle>;
  /** Opens a folder in it, which must be none behind a link. */
  openFolder(name: string): Promise<Folder>;
}

/** A file as `Deno.open` gives it. */
export type DiskFile =
  & Pick<Deno.FsFile, "read" | "readable" | "write" | "seek" | "truncate" | "sync" | "close">
  & {
    stat(): Promise<Pick<Deno.FileInfo, "size">>;
  };

/**
 * The files of the data directory, and the scripts of missions: what the dugdale uses of `node:fs` and `node:fs/promises`, under the same names and
 * with the same errors. A test keeps them in memory.
 */
export interface Disk {
  chmodSync(path: string, mode: number): void;
  closeSync(file: number): void;
  existsSync(path: string): boolean;
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined;
  mkdirSync(path: string, options?: { readonly recursive?: boolean; readonly mode?: number }): unknown;
  openSync(path: string, flags: string, mode?: number): number;
  readdirSync(path: string): string[];
  readSync(file: number, buffer: Uint8Array): number;
  realpathSync(path: string): string;
  /** Of a file; see `rm` for folders. */
  rmSync(path: string, options: { readonly force: true }): void;
  statfsSync(path: string): { readonly bavail: number; readonly blocks: number; readonly bsize: number };
  statSync(path: string): FileStat;
  writeSync(file: number, data: Uint8Array): number;
  copyFile(from: string, to: string): Promise<void>;
  lstat(path: string): Promise<FileStat>;
  open(path: string, flags: string | number, mode?: number): Promise<DiskHandle>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Of any depth, and whatever its permissions are. */
  rm(path: string, options: { readonly recursive: true; readonly force?: boolean }): Promise<void>;
  /** As `rm`, but keeps the folder itself. */
  empty(path: string): Promise<void>;
  stat(path: string): Promise<FileStat>;
  truncate(path: string, size: number): Promise<void>;
  unlink(path: string): Promise<void>;
  utimes(path: string, accessedS: number, modifiedS: number): Promise<void>;
  /** Opens a folder, which must be none behind a link. */
  openFolder(path: string): Promise<Folder>;
  /** As `Deno.open`. */
  openFile(path: string, options?: Deno.OpenOptions): Promise<DiskFile>;
}

/** The file system of the machine. */
export const systemDisk: Disk = {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
  copyFile,
  lstat,
  open,
  readdir,
  rename,
  rm: removeTree,
  empty: emptyTree,
  stat,
  truncate,
  unlink,
  utimes,
  openFolder: openSystemFolder,
  openFile: (path, options) => Deno.open(path, options),
};

async function openSystemFolder(path: string): Promise<Folder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  // Only Linux finds what is in an open folder without its path.
  const inside = Deno.build.os === "linux" ? `/proc/self/fd/${handle.fd}` : path;
  return {
    open: (name, flags) => open(join(inside, name), flags),
    openFolder: (name) => openSystemFolder(join(inside, name)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
