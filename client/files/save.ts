/**
 * Writes downloaded content to a file.
 *
 * @module
 */
import { type FileHandle, mkdir, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { StagingError } from "../errors.ts";
import type { ByteSource } from "./byte_stream.ts";

/** The operations of a file being written. */
const BUFFER_BYTES = 256 * 1024;
/**
 * Maximum length of the part of a name that is used in its temporary file's name, which file systems limit to 255
 * bytes.
 */
const NAME_MAX_LENGTH = 50;
const PERMISSIONS = 0o7777;

/**
 * Writes content to a path, which afterwards holds either the whole file or its previous content: a temporary file
 * beside it is written and renamed. A link is followed, and the permissions of a replaced file are kept. Anything other
 * than a regular file, such as a pipe or a device, is written to directly, as is everything under `/dev` and `/proc`.
 *
 * @throws {StagingError} When the file cannot be written; code `file_unwritable`.
 */
export async function saveTo(path: string, source: ByteSource): Promise<void> {
  try {
    const target = await writing(path, () => targetOf(path));
    if (target.replaced) await replace(target.path, target.mode, source);
    else await writeInto(path, source);
  } catch (error) {
    await source.cancel(error).catch(() => {}); // it may have failed itself, which is what is being reported
    throw error;
  }
}

type Target =
  | { readonly replaced: false }
  | {
    readonly replaced: true;
    /** The path with all links resolved. */
    readonly path: string;
    /** Permissions of the existing file. */
    readonly mode: number | undefined;
  };

async function targetOf(path: string): Promise<Target> {
  const found = await ifThere(stat(path));
  if (found?.isDirectory()) throw new Error("it is a folder");
  if ((found && !found.isFile()) || /^\/(dev|proc)\//.test(resolve(path))) return { replaced: false };
  return { replaced: true, path: await behindLinks(path), mode: found && found.mode & PERMISSIONS };
}

/** The path with all links resolved; the file need not exist. Fails on circular links. */
async function behindLinks(path: string): Promise<string> {
  const found = await ifThere(realpath(path));
  if (found !== undefined) return found;
  const link = await readlink(path).catch(() => undefined); // no link: the name is free
  return link === undefined ? path : behindLinks(resolve(dirname(path), link));
}

async function ifThere<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

async function replace(path: string, mode: number | undefined, source: ByteSource): Promise<void> {
  const name = `.${basename(path).slice(0, NAME_MAX_LENGTH)}.${crypto.randomUUID()}.partial`;
  const partial = join(dirname(path), name);
  // Created exclusively, so that an existing file or link is never written to; private until it has its final
  // permissions.
  const file = await writing(path, () => open(partial, "wx", mode === undefined ? 0o666 : 0o600));
  try {
    try {
      await copy(path, file, source);
      if (mode !== undefined) await writing(path, () => file.chmod(mode));
      await writing(path, () => file.sync());
    } finally {
      await file.close();
    }
    await writing(path, () => rename(partial, path));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeInto(path: string, source: ByteSource): Promise<void> {
  const file = await writing(path, () => open(path, "a"));
  try {
    await copy(path, file, source);
  } finally {
    await file.close();
  }
}

async function copy(path: string, file: FileHandle, source: ByteSource): Promise<void> {
  for (let buffer = new Uint8Array(BUFFER_BYTES);;) {
    const { done, value } = await source.read(buffer);
    if (done || value === undefined) return;
    for (let at = 0; at < value.length;) {
      at += (await writing(path, () => file.write(value, at, value.length - at))).bytesWritten;
    }
    buffer = new Uint8Array(value.buffer);
  }
}

async function writing<Value>(path: string, write: () => Promise<Value>): Promise<Value> {
  try {
    return await write();
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new StagingError("file_unwritable", `${path} cannot be written: ${words}`, { cause });
  }
}

/** Makes a folder with its parents. @throws {StagingError} When it cannot be made. */
export async function makeFolder(path: string): Promise<void> {
  await writing(path, () => mkdir(path, { recursive: true, mode: 0o755 }));
}
