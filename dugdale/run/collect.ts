import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { dirname } from "node:path";
import type { DataDir } from "../host/data_dir.ts";
import type { Disk, DiskHandle, Folder } from "../host/disk.ts";
import type { Ids } from "../../protocol/ids.ts";
import type { Slots } from "../host/slots.ts";
import type { CollectedFile } from "../store/staging_row.ts";
import { isDiskFull, textOf } from "./launch_error.ts";

/** Why the output files of a successful run could not be collected. */
export type CollectReason =
  | "output_path_escape"
  | "missing_output"
  | "output_not_regular_file"
  | "output_too_large"
  | "output_collect_failed"
  | "disk_quota_exceeded";

/** An output file could not be collected; the mission ends as `failed`. */
export class CollectError extends Error {
  override readonly name = "CollectError";

  constructor(readonly reason: CollectReason, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Dependencies of the collection. */
export interface CollectOptions {
  readonly dataDir: DataDir;
  readonly ids: Ids;
  readonly slots: Slots;
  /** Maximum size of a file; 0 means no limit. */
  readonly maxFileBytes: number;
  /** Ends the collection with its reason. */
  readonly signal: AbortSignal | undefined;
  /** Describes a lack of space, if any. */
  readonly quotaProblem: () => string | undefined;
  /** Called when a copy or its folder could not be synced; the mission then fails. */
  readonly onFsyncFailure: (error: unknown) => void;
}

const CHUNK_BYTES = 1024 * 1024;
/** Minimum size of a hole that is preserved. */
const BLOCK_BYTES = 64 * 1024;
const ZEROS: Buffer = Buffer.alloc(BLOCK_BYTES);
/** The path is another kind of file, or does not exist. */
const ESCAPES: ReadonlySet<unknown> = new Set(["ELOOP", "ENOTDIR", "ENOENT"]);
/** Bytes between two checks of the quota. */
const QUOTA_BYTES = 16 * 1024 * 1024;

/**
 * Copies the declared files from `out/` of a mission's folder into the staging area, each hashed and fsynced; all or
 * none. A copy, because descendants of the mission may still hold the original open; from open folders, because they
 * may replace them.
 *
 * @param workdir The mission's folder.
 * @throws {CollectError | KillReason} The error, or the reason of the signal.
 */
export async function collectOutputs(
  workdir: string,
  keys: Iterable<string>,
  options: CollectOptions,
): Promise<CollectedFile[]> {
  const quota = options.quotaProblem();
  if (quota !== undefined) throw new CollectError("disk_quota_exceeded", `disk_quota_exceeded: ${quota}`);
  await using folder = await openOut(workdir, options.dataDir.disk);
  const files: CollectedFile[] = [];
  try {
    for (const key of [...keys].sort()) {
      files.push(await options.slots.run(() => collectOne(folder, key, options)));
    }
    options.signal?.throwIfAborted();
    return files;
  } catch (error) {
    discard(files, options.dataDir);
    throw error;
  }
}

/** Removes collected files that will not be used. */
export function discard(files: readonly CollectedFile[], dataDir: DataDir): void {
  for (const file of files) dataDir.disk.rmSync(dataDir.staging(file.stagingId), { force: true });
}

/** The folder of output files, without following links that a mission may have put in its place. */
async function openOut(workdir: string, disk: Disk): Promise<Folder> {
  try {
    await using parent = await disk.openFolder(workdir);
    return await parent.openFolder("out");
  } catch (cause) {
    if (!ESCAPES.has((cause as { code?: unknown }).code)) throw cause;
    const message = "output_path_escape: out/ is not a folder any more";
    throw new CollectError("output_path_escape", message, { cause });
  }
}

async function collectOne(folder: Folder, key: string, options: CollectOptions): Promise<CollectedFile> {
  const stagingId = options.ids.staging();
  const { disk } = options.dataDir;
  const path = options.dataDir.staging(stagingId);
  const temporary = `${path}.tmp`;
  try {
    await using source = await openOutput(folder, key);
    const { sha256, size } = await copy(source, temporary, key, options);
    await disk.rename(temporary, path);
    await using parent = await disk.open(dirname(path), constants.O_RDONLY);
    await sync(parent, options);
    return { stagingId, role: key, sha256, size };
  } catch (cause) {
    for (const left of [temporary, path]) disk.rmSync(left, { force: true });
    if (cause instanceof CollectError || options.signal?.aborted) throw cause;
    const reason = isDiskFull(cause) ? "disk_quota_exceeded" : "output_collect_failed";
    throw new CollectError(reason, `${reason}: output "${key}": ${textOf(cause)}`, { cause });
  }
}

async function sync(file: DiskHandle, options: CollectOptions): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    options.onFsyncFailure(error);
    throw error;
  }
}

/** Opens without following a link and without waiting for the other end of a pipe. */
async function openOutput(folder: Folder, key: string): Promise<DiskHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: DiskHandle;
  try {
    file = await folder.open(key, flags);
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (code === "ENOENT") {
      throw new CollectError("missing_output", `missing_output: "${key}" was declared but not written`);
    }
    if (code === "ELOOP") {
      throw new CollectError("output_path_escape", `output_path_escape: "${key}" is a symbolic link`);
    }
    if (code === "ENXIO") throw notRegular(key);
    throw cause;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(key);
}

function notRegular(key: string): CollectError {
  return new CollectError(
    "output_not_regular_file",
    `output_not_regular_file: "${key}" is not a regular file`,
  );
}

async function copy(
  source: DiskHandle,
  path: string,
  key: string,
  options: CollectOptions,
): Promise<{ sha256: string; size: number }> {
  const max = options.maxFileBytes;
  // The current size: a growing file is copied up to here, otherwise there would be no end.
  const announced = (await source.stat()).size;
  if (max > 0 && announced > max) {
    throw new CollectError(
      "output_too_large",
      `output_too_large: "${key}" has ${announced} bytes, ${max} are allowed`,
    );
  }
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(announced, 1)));
  await using target = await options.dataDir.disk.open(path, "wx", 0o600);
  let size = 0;
  for (let sinceQuota = 0; size < announced;) {
    options.signal?.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, announced - size), size);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    // Holes are preserved: a file of 3 GiB may contain only a few bytes.
    for (let at = 0; at < bytesRead; at += BLOCK_BYTES) {
      const length = Math.min(BLOCK_BYTES, bytesRead - at);
      if (isZero(buffer, at, length)) continue;
      await writeAll(target, buffer, at, length, size + at);
      sinceQuota += length;
    }
    size += bytesRead;
    if (sinceQuota < QUOTA_BYTES) continue;
    sinceQuota = 0;
    const quota = options.quotaProblem();
    if (quota !== undefined) {
      throw new CollectError("disk_quota_exceeded", `disk_quota_exceeded: "${key}": ${quota}`);
    }
  }
  await target.truncate(size);
  await sync(target, options);
  return { sha256: hash.digest("hex"), size };
}

function isZero(buffer: Buffer, at: number, length: number): boolean {
  return buffer.compare(ZEROS, 0, length, at, at + length) === 0;
}

async function writeAll(
  target: DiskHandle,
  buffer: Buffer,
  at: number,
  length: number,
  position: number,
): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesWritten } = await target.write(buffer, at + done, length - done, position + done);
    done += bytesWritten;
  }
}
