/**
 * Uploads files to a dugdale and resumes interrupted uploads.
 *
 * @module
 */
import type { StagingId } from "../../protocol/names.ts";
import type { Scope } from "../../protocol/routes.ts";
import {
  BYTES_RECEIVED_HEADER,
  SHA256_HEADER,
  TOTAL_SIZE_HEADER,
  UPLOAD_STATUS_HEADER,
} from "../../protocol/staging.ts";
import type { Call, Connection } from "../http/connection.ts";
import { ConflictError, NotFoundError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import type { LocalFile } from "./local_file.ts";
import { retrying } from "../http/retry.ts";
import { traced } from "../../protocol/tracing.ts";

/** Maximum number of ids tried for a file while the dugdale is removing the file with the previous id. */
const GENERATIONS_MAX = 8;

/** Options of an upload. */
export interface UploadOptions {
  readonly scopes: readonly Scope[];
  /** The id for the nth attempt to find a free one, from 0. */
  readonly toId: (generation: number) => StagingId;
  readonly signal?: AbortSignal | undefined;
  readonly missionId?: string | undefined;
}

/** Errors after which the upload can resume at the offset that the dugdale reports. */
const RESUMABLE: ReadonlySet<string> = new Set([
  "upload_in_progress",
  "range_not_satisfiable",
  "incomplete_upload",
]);

/**
 * Makes sure that the dugdale has the file, and returns the id under which it has it.
 *
 * @throws {ConflictError} When the id was used for other content, or the file changed during the upload.
 */
export function upload(connection: Connection, file: LocalFile, options: UploadOptions): Promise<StagingId> {
  const attributes = { "letts.host": connection.host, "letts.size": file.size };
  return traced(connection.tracer, "letts.upload", { kind: 2, attributes }, async ({ traceparent, set }) => {
    const id = await uploadUntilFree(connection, file, { ...options, traceparent });
    set("letts.staging_id", id);
    return id;
  });
}

interface TracedUpload extends UploadOptions {
  readonly traceparent: string | undefined;
}

async function uploadUntilFree(
  connection: Connection,
  file: LocalFile,
  options: TracedUpload,
): Promise<StagingId> {
  for (let generation = 0;; generation++) {
    const id = options.toId(generation);
    try {
      await retrying({
        policy: connection.retry,
        signal: options.signal,
        alsoRetry: (error) => error instanceof LettsError && RESUMABLE.has(error.code),
      }, () => uploadOnce(connection, file, id, options));
      return id;
    } catch (error) {
      if (!isBeingRemoved(error) || generation + 1 >= GENERATIONS_MAX) throw error;
    }
  }
}

async function uploadOnce(
  connection: Connection,
  file: LocalFile,
  id: StagingId,
  { scopes, signal, missionId, traceparent }: TracedUpload,
): Promise<void> {
  const call = { path: { id }, scopes, signal, missionId, spanTraceparent: traceparent };
  const offset = await probe(connection, file, call);
  if (offset === "complete") return;
  const reply = await connection.onceWithFile("putStaging", {
    ...call,
    headers: { [SHA256_HEADER]: file.sha256, "Content-Type": "application/octet-stream" },
  }, { offset, size: file.size, chunks: () => file.chunks(offset) });
  await reply.source.cancel();
}

/** Number of bytes that the dugdale has. */
async function probe(
  connection: Connection,
  file: LocalFile,
  call: Call<"headStaging">,
): Promise<number | "complete"> {
  let headers: Headers;
  try {
    const reply = await connection.once("headStaging", call);
    await reply.source.cancel();
    headers = reply.headers;
  } catch (error) {
    if (error instanceof NotFoundError) return 0;
    throw error;
  }
  const status = headers.get(UPLOAD_STATUS_HEADER);
  if (status !== "complete" && status !== "incomplete") {
    throw conflict(connection, call, {
      code: "conflict",
      problem: `is ${status ?? "in an unknown state"}`,
      details: { state: status },
    });
  }
  const size = headers.get(status === "complete" ? "Content-Length" : TOTAL_SIZE_HEADER);
  const otherSize = size !== null && Number(size) !== file.size;
  if (otherSize || headers.get(SHA256_HEADER)?.toLowerCase() !== file.sha256) {
    throw conflict(connection, call, { code: "content_mismatch", problem: "has other content" });
  }
  return status === "complete" ? status : Number(headers.get(BYTES_RECEIVED_HEADER) ?? 0);
}

/** What prevents the upload. */
interface Found {
  readonly code: "conflict" | "content_mismatch";
  readonly problem: string;
  readonly details?: Record<string, string | null>;
}

function conflict(
  connection: Connection,
  call: Call<"headStaging">,
  { code, problem, details = {} }: Found,
): ConflictError {
  return new ConflictError(code, `[${connection.host}] staging file ${call.path?.id} ${problem}`, {
    status: 409,
    host: connection.host,
    missionId: call.missionId,
    details,
  });
}

/** The dugdale is removing an upload that was idle for too long; its id cannot be used until that is done. */
function isBeingRemoved(error: unknown): boolean {
  if (!(error instanceof LettsError)) return false;
  return error.code === "upload_idle_timeout" ||
    (error.code === "conflict" && error.details?.state === "deleting");
}
