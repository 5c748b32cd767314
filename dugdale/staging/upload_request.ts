import type { DugdaleLimits } from "../../config/dugdale/limits.ts";
import { isStagingId, STAGING_ID, type StagingId } from "../../protocol/names.ts";
import { SHA256_HEADER } from "../../protocol/staging.ts";
import { ProblemError } from "../problem_error.ts";

/** The headers of a PUT. */
export interface UploadRequest {
  readonly stagingId: StagingId;
  /** Lower-case hex digest of the whole file. */
  readonly sha256: string;
  /** Offset of the body's first byte in the file. */
  readonly start: number;
  /** Size of the whole file. */
  readonly total: number;
  /** Length of the body; undefined if it is chunked. */
  readonly length: number | undefined;
}

/** Settings for the checks of an upload. */
export type UploadLimits = Pick<DugdaleLimits, "maxStagingUploadBytes" | "maxDataDirBytes">;

interface Span {
  readonly start: number;
  readonly end: number;
  readonly total: number;
}

/** Rejects a body with a content encoding. @throws {ProblemError} `unsupported_media_type` */
export function assertNotEncoded(headers: Headers): void {
  const encoding = headers.get("content-encoding") ?? "";
  if (encoding === "" || encoding === "identity") return;
  throw new ProblemError("unsupported_media_type", `Content-Encoding must be identity, not "${encoding}"`, {
    details: { content_encoding: encoding },
  });
}

/**
 * Validates id and headers of a PUT. @throws {ProblemError} `bad_request`, `payload_too_large`, `disk_quota_exceeded`
 */
export function parseUpload(stagingId: string, headers: Headers, limits: UploadLimits): UploadRequest {
  if (!isStagingId(stagingId)) throw refused(STAGING_ID.refusal(stagingId));
  const sha256 = (headers.get(SHA256_HEADER) ?? "").toLowerCase();
  if (!/^[a-f0-9]{64}$/.test(sha256)) {
    throw refused(`${SHA256_HEADER} must be 64 hex digits, not "${sha256}"`);
  }
  const span = parseContentRange(headers.get("content-range"));
  const length = parseLength(headers.get("content-length"));
  if (span === undefined && length === undefined) {
    throw refused("without Content-Range the upload needs a Content-Length");
  }
  const start = span?.start ?? 0;
  const total = span?.total ?? length ?? 0;
  if (span !== undefined && length !== undefined && span.end !== start + length - 1) {
    throw refused(`Content-Range names ${span.end - start + 1} bytes, Content-Length says ${length}`);
  }
  assertSize(total, limits);
  return { stagingId, sha256, start, total, length };
}

function assertSize(total: number, limits: UploadLimits): void {
  const { maxStagingUploadBytes, maxDataDirBytes } = limits;
  if (maxStagingUploadBytes > 0 && total > maxStagingUploadBytes) {
    throw new ProblemError(
      "payload_too_large",
      `the file has ${total} bytes, max_staging_upload_size is ${maxStagingUploadBytes}`,
    );
  }
  if (maxDataDirBytes > 0 && total > maxDataDirBytes) {
    throw new ProblemError(
      "disk_quota_exceeded",
      `the file has ${total} bytes, max_data_dir_size is ${maxDataDirBytes}`,
      { retryAfterS: 30 },
    );
  }
}

function parseContentRange(text: string | null): Span | undefined {
  if (text === null || text === "") return undefined;
  const [, ...digits] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(text) ?? [];
  const [start, end, total] = digits.map(Number);
  const known = start !== undefined && end !== undefined && total !== undefined;
  // Beyond 2^53 numbers are not exact; no file is that large.
  if (known && Number.isSafeInteger(total) && start <= end && end < total) return { start, end, total };
  throw refused(`Content-Range must be "bytes <start>-<end>/<total>", start <= end < total, not "${text}"`);
}

function parseLength(text: string | null): number | undefined {
  if (text === null) return undefined;
  const length = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(length)) return length;
  throw refused(`Content-Length must be a number of bytes, not "${text}"`);
}

function refused(message: string): ProblemError {
  return new ProblemError("bad_request", message);
}
