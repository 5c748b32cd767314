import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { dirname, join } from "node:path";
import type { DataDir } from "../host/data_dir.ts";
import type { Disk, DiskHandle } from "../host/disk.ts";
import type { Ids } from "../../protocol/ids.ts";
import type { Slots } from "../host/slots.ts";
import type { CollectedFile } from "../store/staging_row.ts";
import { isDiskFull, textOf } from "./launch_error.ts";

/** Why the output files of a successful run could not be taken. */
export type CollectReason =
  | "output_path_escape"
  | "missing_output"
  | "output_not_regular_file"
  | "output_too_large"
  | "output_collect_failed"
  | "disk_quota_exceeded";

/** An output file could not be taken; the mission ends as `failed`. */
export class CollectError extends Error {
  override readonly name = "CollectError";

  constructor(readonly reason: CollectReason, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What collecting needs. */
export interface CollectOptions {
  readonly dataDir: DataDir;
  readonly ids: Ids;
  readonly slots: Slots;
  /** The largest file; 0 is no limit. */
  readonly maxFileBytes: number;
  /** Tells what is wrong with the room that is left, if anything is. */
  readonly quotaProblem: () => string | undefined;
  /** Called when a copy or its folder could not be synced; the mission fails then. */
  readonly onFsyncFailure: (error: unknown) => void;
}

const CHUNK_BYTES = 1024 * 1024;
/** The quota is looked at again after so many bytes. */
const QUOTA_BYTES = 16 * 1024 * 1024;

/**
 * Copies the declared files from `<workdir>/out` into the staging area, each hashed and fsynced; all or none.
 * A copy, because the mission's descendants may still hold the original open.
 *
 * @throws {CollectError}
 */
export async function collectOutputs(
  workdir: string,
  keys: Iterable<string>,
  options: CollectOptions,
): Promise<CollectedFile[]> {
  const folder = join(workdir, "out");
  const quota = options.quotaProblem();
  if (quota !== undefined) throw new CollectError("disk_quota_exceeded", `disk_quota_exceeded: ${quota}`);
  if (!options.dataDir.disk.lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CollectError("output_path_escape", "output_path_escape: out/ is not a folder any more");
  }
  const files: CollectedFile[] = [];
  try {
    for (const key of [...keys].sort()) {
      files.push(await options.slots.run(() => collectOne(folder, key, options)));
    }
    return files;
  } catch (error) {
    discard(files, options.dataDir);
    throw error;
  }
}

/** Removes collected files that will not be used after all. */
export function discard(files: readonly CollectedFile[], dataDir: DataDir): void {
  for (const file of files) dataDir.disk.rmSync(dataDir.staging(file.stagingId), { force: true });
}

async function collectOne(folder: string, key: string, options: CollectOptions): Promise<CollectedFile> {
  const stagingId = options.ids.staging();
  const { disk } = options.dataDir;
  const path = options.dataDir.staging(stagingId);
  const temporary = `${path}.tmp`;
  try {
    await using source = await openOutput(disk, folder, key);
    const { sha256, size } = await copy(source, temporary, key, options);
    await disk.rename(temporary, path);
    await using parent = await disk.open(dirname(path), constants.O_RDONLY);
    await sync(parent, options);
    return { stagingId, role: key, sha256, size };
  } catch (cause) {
    for (const left of [temporary, path]) disk.rmSync(left, { force: true });
    if (cause instanceof CollectError) throw cause;
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
async function openOutput(disk: Disk, folder: string, key: string): Promise<DiskHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: DiskHandle;
  try {
    file = await disk.open(join(folder, key), flags);
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
  // The size as it is now: a file that still grows is taken up to here, or there would be no end.
  const announced = (await source.stat()).size;
  if (max > 0 && announced > max) {
    throw new CollectError(
      "output_too_large",
      `output_too_large: "${key}" has ${announced} bytes, ${max} are allowed`,
    );
  }
  const hash = createHash("sha256");
  const buffer = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(announced, 1)));
  await using target = await options.dataDir.disk.open(path, "wx", 0o600);
  let size = 0;
  for (let sinceQuota = 0; size < announced;) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, announced - size), size);
    if (bytesRead === 0) break;
    size += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await target.writeFile(chunk);
    sinceQuota += bytesRead;
    if (sinceQuota < QUOTA_BYTES) continue;
    sinceQuota = 0;
    const quota = options.quotaProblem();
    if (quota !== undefined) {
      throw new CollectError("disk_quota_exceeded", `disk_quota_exceeded: "${key}": ${quota}`);
    }
  }
  await sync(target, options);
  return { sha256: hash.digest("hex"), size };
}
