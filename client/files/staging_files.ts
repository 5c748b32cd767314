/**
 * Staging files outside of a launch.
 *
 * @module
 */
import type { OutputFile } from "../../protocol/mission.ts";
import { parseMissionId, parseStagingId } from "../../protocol/names.ts";
import { SHA256_HEADER, type StagingRecord, type UploadRecord } from "../../protocol/staging.ts";
import { argument } from "../arguments.ts";
import type { ByteSource } from "./byte_stream.ts";
import type { Call, Connection } from "../http/connection.ts";
import { type Expected, verified } from "./download.ts";
import { ArgumentError, NotFoundError } from "../errors.ts";
import type { Ids } from "../../protocol/ids.ts";
import { listing } from "../listing.ts";
import { openLocalFile } from "./local_file.ts";
import { forced } from "../missions.ts";
import { ADMIN, ANY, EXEC } from "../http/scopes.ts";
import type {
  CallOptions,
  DownloadOptions,
  FileSource,
  Listing,
  PageOptions,
  StagingFilter,
} from "../types.ts";
import { upload } from "./upload.ts";

/** Uploads a file under a new id. */
export async function uploadFile(
  connection: Connection,
  ids: Ids,
  source: FileSource,
  { signal }: CallOptions,
): Promise<OutputFile> {
  const file = await openLocalFile(source, signal);
  const id = ids.staging();
  const toId = (generation: number) => generation === 0 ? id : ids.staging();
  try {
    const stagingId = await upload(connection, file, { scopes: ANY, signal, toId });
    return { staging_id: stagingId, sha256: file.sha256, size: file.size };
  } finally {
    await file[Symbol.asyncDispose]();
  }
}

/**
 * Opens a file, or a part of it. A whole file is verified against the expected size and digest, by default those of the
 * response headers; a part cannot be verified.
 */
export async function download(
  connection: Connection,
  stagingId: string,
  { signal, range, expected }: DownloadOptions,
): Promise<ByteSource> {
  const call = stagingCall(stagingId, { scopes: ANY, signal });
  if (range !== undefined) {
    const end = range.end ?? "";
    if (!(range.start >= 0) || (range.end !== undefined && !(range.end >= range.start))) {
      throw new ArgumentError(
        `range ${range.start}-${end} must start at 0 or later and must not end before its start`,
      );
    }
    const headers = { Range: `bytes=${range.start}-${end}` };
    return (await connection.open("getStaging", { ...call, headers })).source;
  }
  const reply = await connection.open("getStaging", call);
  const known = expected ?? announced(reply.headers);
  return known === undefined ? reply.source : verified(reply.source, known, { host: connection.host });
}

function announced(headers: Headers): Expected | undefined {
  const size = headers.get("Content-Length");
  const sha256 = headers.get(SHA256_HEADER);
  return size === null || sha256 === null ? undefined : { size: Number(size), sha256 };
}

/** A complete file with this content; undefined when there is none. Needs an exec token. */
export async function findStaging(
  connection: Connection,
  { sha256, size }: Expected,
  { signal }: CallOptions,
): Promise<OutputFile | undefined> {
  if (size <= 0) return undefined; // the route knows no empty files
  try {
    return await connection.json("stagingByContent", {
      scopes: [...EXEC, ...ADMIN],
      path: { sha: sha256 },
      query: { size },
      signal,
    });
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The files that a mission refers to. */
export function listStaging(connect: () => Connection, filter: StagingFilter): Listing<StagingRecord> {
  const { missionId, refKind, limit, signal } = filter;
  return listing(async (cursor) => {
    const query = { mission_id: argument(() => parseMissionId(missionId)), ref_kind: refKind, limit, cursor };
    const page = await connect().json("listStaging", { scopes: ADMIN, query, signal });
    return { items: page.staging, nextCursor: page.next_cursor };
  });
}

/** Incomplete uploads. */
export function listUploads(
  connect: () => Connection,
  { limit, signal }: PageOptions,
): Listing<UploadRecord> {
  return listing(async (cursor) => {
    const page = await connect().json("stagingUploads", { scopes: ADMIN, query: { limit, cursor }, signal });
    return { items: page.uploads, nextCursor: page.next_cursor };
  });
}

/** Removes a file; with `force` also the missions that refer to it. */
export async function deleteStaging(
  connection: Connection,
  stagingId: string,
  { signal, force }: { readonly force?: boolean | undefined } & CallOptions,
): Promise<void> {
  const call = stagingCall(stagingId, { scopes: ADMIN, signal, ...forced(force) });
  await connection.json("deleteStaging", call);
}

function stagingCall<Options extends Omit<Call, "path">>(
  stagingId: string,
  call: Options,
): Options & Pick<Call, "path"> {
  return { ...call, path: { id: argument(() => parseStagingId(stagingId)) } };
}
