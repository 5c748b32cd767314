/**
 * Files that come back: checked against what was announced, and put in place only when they are whole.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "../../protocol/clip.ts";
import { isFileRole } from "../../protocol/names.ts";
import type { ByteSource } from "./byte_stream.ts";
import { StagingError } from "../errors.ts";
import type { LettsErrorFacts } from "../../protocol/letts_error.ts";

/** What a file is written in. */
const BUFFER_BYTES = 256 * 1024;

/** What a file should be. */
export interface Expected {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex; empty when it is not known. */
  readonly sha256: string;
}

/** Passes a file on and errors instead of ending when it is not what was announced. */
export function verified(source: ByteSource, expected: Expected, facts: LettsErrorFacts): ByteSource {
  const hash = createHash("sha256");
  let size = 0;
  return {
    async read(view) {
      const result = await source.read(view);
      if (result.done) {
        const problem = findProblem(size, hash, expected, facts);
        if (problem) throw problem;
        return result;
      }
      const { value = new Uint8Array() } = result;
      size += value.length;
      if (size > expected.size) {
        const problem = new StagingError(
          "size_mismatch",
          `more than the announced ${expected.size} bytes came`,
          facts,
        );
        await source.cancel(problem);
        throw problem;
      }
      hash.update(value);
      return result;
    },
    cancel: (reason) => source.cancel(reason),
  };
}

function findProblem(
  size: number,
  hash: Hash,
  expected: Expected,
  facts: LettsErrorFacts,
): StagingError | undefined {
  if (size !== expected.size) {
    return new StagingError("size_mismatch", `${size} of ${expected.size} announced bytes came`, facts);
  }
  const sha256 = hash.digest("hex");
  if (expected.sha256 === "" || sha256 === expected.sha256.toLowerCase()) return undefined;
  return new StagingError("digest_mismatch", `sha256 is ${sha256} instead of ${expected.sha256}`, facts);
}

/**
 * Writes what a source gives to a path: first to `<path>.partial`, then renamed over the path, so that the path never holds
 * half a file. On any failure the partial file is removed.
 *
 * @throws {StagingError} When the file cannot be written; code `file_unwritable`.
 */
export async function saveTo(path: string, source: ByteSource): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await writing(partial, () => openNew(partial));
    try {
      await copy(partial, file, source);
      await writing(partial, () => file.sync());
    } finally {
      await file.close();
    }
    await writing(path, () => rename(partial, path));
  } catch (error) {
    await source.cancel(error).catch(() => {}); // it may have failed itself, which is what is being reported
    await rm(partial, { force: true });
    throw error;
  }
}

/** Never through a link that another user has put there; what an earlier download left is removed. */
async function openNew(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return await open(path, "wx");
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

/**
 * The path of an output file in a folder.
 *
 * @throws {StagingError} When the role is no role, such as `../x` from a hostile dugdale; code `unsafe_role`.
 */
export function outputPath(folder: string, role: string, facts: LettsErrorFacts): string {
  if (isFileRole(role)) return join(folder, role);
  throw new StagingError(
    "unsafe_role",
    `output ${quote(role)} is not a safe file name`,
    facts,
  );
}
