/**
 * Staging files: files on their way into or out of a mission.
 *
 * @module
 */
import * as v from "valibot";

/** Where a staging file is in its life. */
export type StagingState = "uploading" | "complete" | "pending_output" | "committing" | "deleting";

/** Header with the lower-case hex digest of the whole file. */
export const SHA256_HEADER = "X-Letts-Sha256";
/** Header that tells whether an upload is `complete`, `incomplete` or `deleting`. */
export const UPLOAD_STATUS_HEADER = "X-Letts-Upload-Status";
/** Header with the bytes received so far of an incomplete upload. */
export const BYTES_RECEIVED_HEADER = "X-Letts-Bytes-Received";
/** Header with the bytes that an incomplete upload will have. */
export const TOTAL_SIZE_HEADER = "X-Letts-Total-Size";

/** The answer to a finished upload. */
export interface UploadReply {
  readonly staging_id: string;
  readonly sha256: string;
  readonly size: number;
  /** How long the file is kept when no mission uses it. */
  readonly ttl_seconds: number;
}

/** Checks an {@linkcode UploadReply}. */
export const uploadReply: v.GenericSchema<unknown, UploadReply> = v.object({
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
  ttl_seconds: v.number(),
});

/** The answer of a look-up by content. */
export interface ByContentReply {
  readonly staging_id: string;
  readonly sha256: string;
  readonly size: number;
}

/** Checks a {@linkcode ByContentReply}. */
export const byContentReply: v.GenericSchema<unknown, ByContentReply> = v.object({
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
});

/** A staging file as listed for one mission. */
export interface StagingRecord {
  readonly staging_id: string;
  readonly state: StagingState;
  readonly sha256: string;
  readonly size: number;
  readonly bytes_received: number;
  readonly time_created: number;
  readonly time_updated?: number | undefined;
  /** Unix milliseconds; beyond 2^53, so not exact here, while a mission needs the file. */
  readonly time_expires?: number | undefined;
  readonly ref_kind: "input" | "output" | "script";
  readonly role: string;
}

/** One page of staging files. */
export interface StagingPage {
  readonly staging: readonly StagingRecord[];
  readonly next_cursor?: string | undefined;
}

/** Checks a {@linkcode StagingPage}. */
export const stagingPage: v.GenericSchema<unknown, StagingPage> = v.object({
  staging: v.array(v.object({
    staging_id: v.string(),
    state: v.picklist(["uploading", "complete", "pending_output", "committing", "deleting"]),
    sha256: v.string(),
    size: v.number(),
    bytes_received: v.number(),
    time_created: v.number(),
    time_updated: v.optional(v.number()),
    time_expires: v.optional(v.number()),
    ref_kind: v.picklist(["input", "output", "script"]),
    role: v.string(),
  })),
  next_cursor: v.optional(v.string()),
});
