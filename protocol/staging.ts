/**
 * Staging files: input and output files of missions.
 *
 * @module
 */
import * as v from "valibot";
import type { DeleteQuery } from "./mission.ts";
import { cursor, flag, integer, limit, missionId, type ObjectShape, oneOf, openWord } from "./schemas.ts";

/** State of a staging file. */
export type StagingState = "uploading" | "complete" | "pending_output" | "committing" | "deleting";

/** Header with the lower-case hex digest of the whole file. */
export const SHA256_HEADER = "X-Letts-Sha256";
/** Header for the state of an upload: `complete`, `incomplete` or `deleting`. */
export const UPLOAD_STATUS_HEADER = "X-Letts-Upload-Status";
/** Header for the received bytes of an incomplete upload. */
export const BYTES_RECEIVED_HEADER = "X-Letts-Bytes-Received";
/** Header for the total size of an incomplete upload. */
export const TOTAL_SIZE_HEADER = "X-Letts-Total-Size";

/** The answer to a finished upload. */
export interface UploadReply {
  /** The id chosen by the client. */
  readonly staging_id: string;
  /** Digest of the received content, lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** How long the file is kept if no mission uses it. */
  readonly ttl_seconds: number;
}

/** Checks an {@linkcode UploadReply}. */
export const uploadReply: v.GenericSchema<unknown, UploadReply> = v.object({
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
  ttl_seconds: v.number(),
});

/** The answer to a lookup by content. */
export interface ByContentReply {
  /** Any complete file with that content. */
  readonly staging_id: string;
  /** The requested digest, lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Checks a {@linkcode ByContentReply}. */
export const byContentReply: v.GenericSchema<unknown, ByContentReply> = v.object({
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
});

/** The query of a lookup by content. */
export interface ByContentQuery {
  /** Size of the file. */
  readonly size: number;
}

/** Checks a {@linkcode ByContentQuery}. */
export const byContentQuery: ObjectShape<ByContentQuery> = v.object({
  size: integer("a positive number of bytes", "Bytes of the file", { min: 1 }),
});

/** Checks the {@linkcode DeleteQuery} of a staging file. */
export const deleteStagingQuery: ObjectShape<DeleteQuery> = v.object({
  force: v.optional(flag("Deletes the missions that use it as well, and ends running ones first")),
});

/** How a mission uses a file. A `script` was sent with an exec. */
export type RefKind = "input" | "output" | "script";
const REF_KINDS = ["input", "output", "script"] as const;

/** The query of `GET /v1/staging`. */
export interface StagingQuery {
  /** The mission whose files are listed. */
  readonly mission_id: string;
  /** Default all. */
  readonly ref_kind?: RefKind | undefined;
  /** Files in a page, at most 1000. Default 100. */
  readonly limit?: number | undefined;
  /** The `next_cursor` of the previous page. */
  readonly cursor?: string | undefined;
}

/** Checks a {@linkcode StagingQuery}. */
export const stagingQuery: ObjectShape<StagingQuery> = v.object({
  mission_id: missionId,
  ref_kind: v.optional(
    oneOf(REF_KINDS, "input, output, script or empty", "What the mission has the file for"),
  ),
  limit: v.optional(limit),
  cursor: v.optional(cursor),
});

/** A staging file as listed for one mission. */
export interface StagingRecord {
  /** UUIDv7 under which the content is downloaded. */
  readonly staging_id: string;
  /** Only a `complete` file can be downloaded. */
  readonly state: StagingState;
  /**
   * Lower-case hex digest of the whole content. While uploading it is declared by the sender, and verified at the end.
   */
  readonly sha256: string;
  /** Size of the whole content, even while it is arriving. */
  readonly size: number;
  /** Received bytes, from which an upload resumes. */
  readonly bytes_received: number;
  /** Unix milliseconds of the first byte of an upload, or of the end of the mission that wrote the file. */
  readonly time_created: number;
  /** Unix milliseconds of the last change, such as a further part of the upload. */
  readonly time_updated?: number | undefined;
  /** Unix milliseconds; beyond 2^53, so not exact here, while a mission needs the file. */
  readonly time_expires?: number | undefined;
  /** How the mission uses the file. */
  readonly ref_kind: RefKind;
  /** Name of the file within the mission; other missions may use another one. */
  readonly role: string;
}

/** One page of staging files. */
export interface StagingPage {
  /** Newest first. */
  readonly staging: readonly StagingRecord[];
  /** Absent on the last page. */
  readonly next_cursor?: string | undefined;
}

/** Checks a {@linkcode StagingPage}. */
export const stagingPage: v.GenericSchema<unknown, StagingPage> = v.object({
  staging: v.array(v.object({
    staging_id: v.string(),
    state: openWord(["uploading", "complete", "pending_output", "committing", "deleting"]),
    sha256: v.string(),
    size: v.number(),
    bytes_received: v.number(),
    time_created: v.number(),
    time_updated: v.optional(v.number()),
    time_expires: v.optional(v.number()),
    ref_kind: openWord(REF_KINDS),
    role: v.string(),
  })),
  next_cursor: v.optional(v.string()),
});

/** The query of `GET /v1/admin/uploads`. */
export interface UploadsQuery {
  /** Uploads in a page, at most 1000. Default 100. */
  readonly limit?: number | undefined;
  /** The `next_cursor` of the previous page. */
  readonly cursor?: string | undefined;
}

/** Checks an {@linkcode UploadsQuery}. */
export const uploadsQuery: ObjectShape<UploadsQuery> = v.object({
  limit: v.optional(limit),
  cursor: v.optional(cursor),
});

/** An incomplete upload. */
export interface UploadRecord {
  /** UUIDv7 chosen by the sender. */
  readonly staging_id: string;
  /** Lower-case hex digest declared by the sender. */
  readonly sha256: string;
  /** Size of the whole file. */
  readonly size: number;
  /** Received bytes. */
  readonly bytes_received: number;
  /** Unix milliseconds of its first request. */
  readonly time_created: number;
  /** Unix milliseconds of its last bytes. */
  readonly time_updated: number;
  /** Unix milliseconds at which it is abandoned. */
  readonly time_expires: number;
  /** Whether a request is sending bytes at this moment. */
  readonly active: boolean;
  /** Scope and address of its first request. Absent if that was before the dugdale started. */
  readonly sender?: string | undefined;
}

/** One page of unfinished uploads. */
export interface UploadPage {
  /** Sorted by id, so in most cases the oldest first. */
  readonly uploads: readonly UploadRecord[];
  /** Absent on the last page. */
  readonly next_cursor?: string | undefined;
}

/** Checks an {@linkcode UploadPage}. */
export const uploadPage: v.GenericSchema<unknown, UploadPage> = v.object({
  uploads: v.array(v.object({
    staging_id: v.string(),
    sha256: v.string(),
    size: v.number(),
    bytes_received: v.number(),
    time_created: v.number(),
    time_updated: v.number(),
    time_expires: v.number(),
    active: v.boolean(),
    sender: v.optional(v.string()),
  })),
  next_cursor: v.optional(v.string()),
});
