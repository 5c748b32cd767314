import type { StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import { isDatabaseError } from "../store/database_error.ts";
import type { StagingRow } from "../store/staging_row.ts";
import { uploadTtlMs } from "./expiry.ts";
import { fileProblem } from "./file_errors.ts";
import { PartFile, PartSizeError } from "./part_file.ts";
import type { StagingParts } from "./parts.ts";
import type { Senders } from "./senders.ts";
import { repairUpload } from "./repair_uploads.ts";
import type { UploadRequest } from "./upload_request.ts";

/** The same id always means the same content. @throws {ProblemError} `content_mismatch` */
export function assertSameContent(row: StagingRow, { stagingId, sha256, total }: UploadRequest): void {
  if (row.sha256 === sha256 && row.size === total) return;
  throw new ProblemError(
    "content_mismatch",
    `staging file ${stagingId} has been declared with other content`,
    {
      details: { existing_sha256: row.sha256, existing_size: row.size },
    },
  );
}

/** The id is that of a file that the sender may not see. */
export function taken(stagingId: StagingId): ProblemError {
  return new ProblemError("content_mismatch", `staging file ${stagingId} has been declared before`);
}

/** Maximum number of unfinished uploads searched for one to abandon. */
const SHARED_MAX = 1000;
/** An upload that is idle for this time is abandoned for a new one if there are too many. */
const IDLE_MS = 60_000;

/** Who sends an upload. */
export interface Sender {
  /** Uploads of one sender make room for those of others. */
  readonly name: string;
  /** The name of the token, to which the file is to belong; null when it has none. */
  readonly owner: string | null;
  /** Whether it may see a file. Default: it may see all. */
  readonly sees?: ((row: StagingRow) => boolean) | undefined;
}

/** The sender of an upload, and the known other senders. */
export interface Sending {
  readonly sender: Sender;
  readonly senders: Senders;
  /** Whether a PUT of an upload is in progress. */
  readonly isRunning: (id: StagingId) => boolean;
}

/**
 * Begins a new upload. If there are too many, the longest idle ones are abandoned for it, then those of a sender with
 * more uploads than this one: otherwise a few bytes each would block all others until they expire.
 *
 * @throws {ProblemError} `range_not_satisfiable`, `incomplete_uploads_full`
 */
export async function begin(
  request: UploadRequest,
  parts: StagingParts,
  { sender, senders, isRunning }: Sending,
): Promise<PartFile> {
  const { stagingId, sha256, start, total } = request;
  if (start !== 0) throw outOfRange(`upload ${stagingId} is new, it cannot start at byte ${start}`);
  const { store, clock, config } = parts;
  await store.writeSoon(() => {
    const nowMs = clock.wallMs();
    const problem = () => fullProblem(parts);
    const giveUp = (ids: Iterable<StagingId>): void => {
      if (problem() === undefined) return;
      for (const id of ids) {
        if (isRunning(id) || !store.staging.markDeleting(id, nowMs)) continue;
        parts.log.info("idle upload given up for a new one", { staging_id: id });
        senders.delete(id);
        if (problem() === undefined) return;
      }
    };
    giveUp(store.staging.idleUploads(nowMs - IDLE_MS));
    if (problem() !== undefined) {
      giveUp(senders.givingWay(sender.name, store.staging.uploads("", SHARED_MAX), isRunning));
    }
    const full = problem();
    if (full !== undefined) throw full;
    const { name, owner } = sender;
    const expiresMs = nowMs + uploadTtlMs(config);
    store.staging.begin({ stagingId, sha256, size: total, nowMs, expiresMs, owner });
    senders.add(stagingId, name, (id) => store.staging.find(id)?.state === "uploading");
  });
  return await openPart(request, 0, parts);
}

function fullProblem({ store, config }: StagingParts): ProblemError | undefined {
  const { maxIncompleteStagingUploads: maxCount, maxIncompleteStagingBytes: maxBytes } = config.limits;
  const { count, bytes } = store.staging.uploading();
  if (!(maxCount > 0 && count >= maxCount) && !(maxBytes > 0 && bytes >= maxBytes)) return undefined;
  const message =
    `${count} uploads with ${bytes} bytes are unfinished, ${maxCount} and ${maxBytes} are allowed`;
  return new ProblemError("incomplete_uploads_full", message);
}

/** Resumes an upload. @throws {ProblemError} `range_not_satisfiable` */
export async function resume(
  row: StagingRow,
  request: UploadRequest,
  parts: StagingParts,
): Promise<PartFile> {
  const { stagingId, start } = request;
  // They differ after a failure of disk or database during an earlier PUT.
  const received = await repairUpload(row, parts).catch((error) => {
    throw isDatabaseError(error) ? error : fileProblem(parts.log, `upload ${stagingId}`, error);
  });
  // Checked before the file is read again, which may take a while.
  if (start !== received) {
    throw outOfRange(`upload ${stagingId} goes on at byte ${received}, not at ${start}`, {
      bytes_received: received,
    });
  }
  return await openPart(request, received, parts);
}

async function openPart({ stagingId }: UploadRequest, size: number, parts: StagingParts): Promise<PartFile> {
  try {
    return await PartFile.open(parts.dataDir.staging(stagingId), size, parts.slots, parts.dataDir.disk);
  } catch (error) {
    if (error instanceof PartSizeError) throw sizeDiffers(error);
    throw fileProblem(parts.log, `upload ${stagingId}`, error);
  }
}

function sizeDiffers(cause: PartSizeError): ProblemError {
  return outOfRange(cause.message);
}

function outOfRange(message: string, details?: Record<string, number>): ProblemError {
  return new ProblemError("range_not_satisfiable", message, details && { details });
}
