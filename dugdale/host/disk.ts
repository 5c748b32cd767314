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

/** The used part of a path's status. */
export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  isDirectory(): boolean;
  isFile(): boolean;
}

/** A file as opened by `node:fs/promises`. */
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

/** An open folder: its entries are found in it even if its path changes. */
export interface Folder extends AsyncDisposable {
  /** Opens a file in it. */
  open(name: string, flags: number): Promise<DiskHandle>;
  /** Opens a subfolder, without following links. */
  openFolder(name: string): Promise<Folder>;
}

/** A file as opened by `Deno.open`. */
export type DiskFile =
  & Pick<Deno.FsFile, "read" | "readable" | "write" | "seek" | "truncate" | "sync" | "close">
  & {
    stat(): Promise<Pick<Deno.FileInfo, "size">>;
  };

/**
 * File operations of the dugdale: the used part of `node:fs` and `node:fs/promises`, with the same names and errors.
 * Tests keep the files in memory.
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
  /** For files; see `rm` for folders. */
  rmSync(path: string, options: { readonly force: true }): void;
  statfsSync(path: string): { readonly bavail: number; readonly blocks: number; readonly bsize: number };
  statSync(path: string): FileStat;
  writeSync(file: number, data: Uint8Array): number;
  copyFile(from: string, to: string): Promise<void>;
  lstat(path: string): Promise<FileStat>;
  open(path: string, flags: string | number, mode?: number): Promise<DiskHandle>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Of any depth and with any permissions. */
  rm(path: string, options: { readonly recursive: true; readonly force?: boolean }): Promise<void>;
  /** As `rm`, but keeps the folder itself; the signal ends it early. */
  empty(path: string, signal?: AbortSignal): Promise<void>;
  stat(path: string): Promise<FileStat>;
  truncate(path: string, size: number): Promise<void>;
  unlink(path: string): Promise<void>;
  utimes(path: string, accessedS: number, modifiedS: number): Promise<void>;
  /** Opens a folder, without following links. */
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
  // Only Linux can access an open folder's entries without its path.
  const inside = Deno.build.os === "linux" ? `/proc/self/fd/${handle.fd}` : path;
  return {
    open: (name, flags) => open(join(inside, name), flags),
    openFolder: (name) => openSystemFolder(join(inside, name)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
