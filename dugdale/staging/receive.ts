import { constants } from "node:fs";
import { dirname } from "node:path";
import type { StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import { BodyIdleError, BodyLostError, type BodyReader, BodyStoppedError } from "./body_reader.ts";
import { isDatabaseError } from "../store/database_error.ts";
import { uploadTtlMs } from "./expiry.ts";
import { fileProblem, isMissing } from "./file_errors.ts";
import type { PartFile } from "./part_file.ts";
import type { StagingParts } from "./parts.ts";
import type { UploadRequest } from "./upload_request.ts";

/** Interval of progress updates in the database. At the end of each request it is exact. */
const RECORD_MS = 250;
/** Bytes between two checks of the quota. */
const QUOTA_BYTES = 16 * 1024 * 1024;

/** An admitted PUT. */
export interface Taking {
  readonly request: UploadRequest;
  readonly part: PartFile;
  /** Path of {@linkcode part}. */
  readonly path: string;
  readonly body: BodyReader;
}

/** The data directory filled up while the body arrived. */
class QuotaError extends Error {
  override readonly name = "QuotaError";
}

/**
 * Receives a body and, with the last byte, makes the file complete.
 *
 * @throws {ProblemError} When bytes are missing, or the received content is unusable.
 */
export async function receive(taking: Taking, parts: StagingParts): Promise<void> {
  const { part, request: { stagingId, total, sha256 } } = taking;
  await fill(taking, parts).catch(async (error) => {
    throw await settleFailure(error, taking, parts);
  });
  if (part.size < total) {
    await record(taking, parts);
    throw new ProblemError("incomplete_upload", `upload ${stagingId} has ${part.size} of ${total} bytes`, {
      details: { bytes_received: part.size },
    });
  }
  const digest = part.digest();
  if (digest !== sha256) {
    await discard(taking, parts);
    throw new ProblemError("content_mismatch", `upload ${stagingId} has sha256 ${digest}, not ${sha256}`);
  }
  await complete(taking, parts);
}

/** The file of that id is being deleted, or is no longer an upload. */
export function deletedMeanwhile(stagingId: StagingId, state = "deleting"): ProblemError {
  return new ProblemError("conflict", `staging file ${stagingId} is ${state}`, { details: { state } });
}

async function fill(taking: Taking, parts: StagingParts): Promise<void> {
  const { part, body, request: { total, stagingId } } = taking;
  let recordedMs = parts.clock.steadyMs();
  let sinceQuota = 0;
  while (part.size < total) {
    const chunk = (await body.read())?.subarray(0, total - part.size);
    if (chunk === undefined) return;
    await part.append(chunk);
    parts.usage.add(chunk.length);
    sinceQuota += chunk.length;
    if (sinceQuota >= QUOTA_BYTES) {
      sinceQuota = 0;
      const problem = parts.usage.problem();
      if (problem !== undefined) throw new QuotaError(problem);
    }
    if (parts.clock.steadyMs() - recordedMs < RECORD_MS) continue;
    if (!await record(taking, parts)) throw deletedMeanwhile(stagingId);
    recordedMs = parts.clock.steadyMs();
  }
}

/** Keeps or drops the received bytes, and determines the response. */
async function settleFailure(error: unknown, taking: Taking, parts: StagingParts): Promise<Error> {
  const { stagingId } = taking.request;
  if (error instanceof BodyIdleError || error instanceof QuotaError) {
    await discard(taking, parts);
    if (error instanceof BodyIdleError) return new ProblemError("upload_idle_timeout", error.message);
    const details = { max_data_dir_size: parts.config.limits.maxDataDirBytes };
    return new ProblemError("disk_quota_exceeded", error.message, { details });
  }
  // If the received bytes cannot be recorded, the sender continues from what is recorded; the first failure is
  // reported.
  await record(taking, parts).catch((err) =>
    parts.log.error("db_error", { op: "upload", staging_id: stagingId, err })
  );
  if (error instanceof ProblemError || isDatabaseError(error)) return error as Error;
  if (error instanceof BodyStoppedError) return error.problem;
  if (error instanceof BodyLostError) return new ProblemError("io_error", error.message, { cause: error });
  return fileProblem(parts.log, `upload ${stagingId}`, error);
}

async function record(taking: Taking, parts: StagingParts): Promise<boolean> {
  const { clock, config, store } = parts;
  const { request: { stagingId }, part } = taking;
  const nowMs = clock.wallMs();
  const expiresMs = nowMs + uploadTtlMs(config);
  return await changeRow(taking, parts, () => store.staging.received(stagingId, part.size, nowMs, expiresMs));
}

/**
 * Changes the row of an upload. If that fails, bytes unknown to the row are dropped: a sender can only resume where row
 * and file agree.
 */
async function changeRow<T>(
  { request, part }: Taking,
  { store }: StagingParts,
  change: () => T,
): Promise<T> {
  try {
    return await store.writeSoon(change);
  } catch (error) {
    const recorded = store.staging.find(request.stagingId)?.bytes_received ?? 0;
    if (recorded < part.size) await part.truncate(recorded);
    throw error;
  }
}

/** The row first: an unusable file must not be found as complete. */
async function discard(taking: Taking, parts: StagingParts): Promise<void> {
  const { store, clock, slots, dataDir } = parts;
  const { request, path } = taking;
  await changeRow(taking, parts, () => store.staging.markDeleting(request.stagingId, clock.wallMs()));
  await slots.run(() => dataDir.disk.unlink(path)).catch((error) => {
    if (!isMissing(error)) throw fileProblem(parts.log, `upload ${request.stagingId}`, error);
  });
}

/** Without this a power failure may remove the name of a file that is recorded as complete. */
async function syncFolder(path: string, { dataDir, slots }: StagingParts): Promise<void> {
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    await slots.run(async () => {
      await using opened = await dataDir.disk.open(folder, constants.O_RDONLY);
      await opened.sync();
    });
  }
}

async function complete(taking: Taking, parts: StagingParts): Promise<void> {
  const { part, request: { stagingId, total } } = taking;
  const { store, clock, config } = parts;
  try {
    await part.sync().then(() => syncFolder(taking.path, parts)).catch((error) => {
      parts.onFsyncFailure("staging_upload_complete");
      throw fileProblem(parts.log, `upload ${stagingId}`, error);
    });
    const done = await store.write(() => {
      const nowMs = clock.wallMs();
      return store.staging.complete(stagingId, nowMs, nowMs + uploadTtlMs(config));
    });
    if (!done) throw deletedMeanwhile(stagingId);
  } catch (error) {
    // A sender can only resume where a byte is missing, so one is dropped.
    await part.truncate(Math.max(0, total - 1)).then(() => record(taking, parts)).catch((cause) => {
      parts.log.warn("upload is behind its file", { staging_id: stagingId, err: cause });
    });
    throw error;
  }
}
