import type { DeleteQuery } from "../../protocol/mission.ts";
import { isStagingId, STAGING_ID, type StagingId } from "../../protocol/names.ts";
import type { RouteKey } from "../../protocol/routes.ts";
import {
  BYTES_RECEIVED_HEADER,
  SHA256_HEADER,
  TOTAL_SIZE_HEADER,
  UPLOAD_STATUS_HEADER,
  type UploadPage,
  type UploadRecord,
  type UploadsQuery,
} from "../../protocol/staging.ts";
import { ProblemError } from "../problem_error.ts";
import type { Staging } from "../staging/staging.ts";
import type { StagingRow } from "../store/staging_row.ts";
import { audit } from "./admin.ts";
import { json } from "./answer.ts";
import type { Call, RouteHandlers } from "./call.ts";
import { pageLimit } from "./query.ts";
import { findByContent } from "./staging_by_content.ts";
import { listStaging } from "./staging_list.ts";

/** The handlers of the staging routes, named as in the table of routes. */
export type StagingHandlers = RouteHandlers<Extract<RouteKey, `${string}taging${string}`>>;

/** Makes the handlers of the staging routes. */
export function stagingHandlers(staging: Staging): StagingHandlers {
  const { store, config } = staging.parts;
  return {
    putStaging: (call) => put(call, staging),
    headStaging: (call) => head(call, staging),
    getStaging: (call) => get(call, staging),
    deleteStaging: (call) => remove(call, staging),
    listStaging: (call) => listStaging(call.query(), store.staging.refs),
    stagingUploads: (call) => listUploads(call.query(), staging),
    stagingByContent: (call) => findByContent(call, store.staging, config.limits.maxStagingUploadBytes),
  };
}

function listUploads(query: UploadsQuery, { parts, uploads }: Staging): Response {
  const limit = pageLimit(query);
  const rows = parts.store.staging.uploads(query.cursor ?? "", limit + 1);
  const page = rows.slice(0, limit).map((row): UploadRecord => ({
    staging_id: row.staging_id,
    sha256: row.sha256,
    size: row.size,
    bytes_received: uploads.bytesReceived(row),
    time_created: row.time_created,
    time_updated: row.time_updated,
    time_expires: row.time_expires ?? 0,
    active: uploads.isRunning(row.staging_id),
    sender: uploads.senderOf(row.staging_id),
  }));
  const next = rows.length > limit ? page.at(-1)?.staging_id : undefined;
  const reply: UploadPage = { uploads: page, next_cursor: next };
  return json(reply);
}

async function put({ path, request, caller }: Call, staging: Staging): Promise<Response> {
  const sender = `${caller.scope} ${caller.ip}`;
  const { isNew, reply } = await staging.uploads.put(path.id ?? "", request.headers, request.body, sender);
  // The body of a repeat is never read, so the connection cannot serve another request.
  return isNew ? json(reply, 201) : json(reply, 200, { connection: "close" });
}

function head({ path: { id = "" } }: Call, staging: Staging): Response {
  if (!isStagingId(id)) return new Response(null, { status: 400 });
  const row = staging.parts.store.staging.find(id);
  if (row === undefined) return new Response(null, { status: 404 });
  const status = row.state === "uploading" ? "incomplete" : row.state;
  const headers = new Headers({ [SHA256_HEADER]: row.sha256, [UPLOAD_STATUS_HEADER]: status });
  if (row.state === "complete") headers.set("content-length", String(row.size));
  if (row.state === "uploading") {
    headers.set(BYTES_RECEIVED_HEADER, String(staging.uploads.bytesReceived(row)));
    headers.set(TOTAL_SIZE_HEADER, String(row.size));
  }
  return new Response(null, { headers });
}

async function get(call: Call, staging: Staging): Promise<Response> {
  const id = stagingIdOf(call);
  const row = staging.parts.store.staging.find(id);
  if (row === undefined) throw new ProblemError("not_found", `there is no staging file ${id}`);
  if (row.state !== "complete") throw notReady(row, staging.uploads.bytesReceived(row));
  return await staging.downloads.get(row, call.request.headers);
}

function notReady({ staging_id, state, size }: StagingRow, bytesReceived: number): ProblemError {
  const what = `staging file ${staging_id}`;
  if (state === "deleting") return new ProblemError("deleting", `${what} is being deleted`);
  if (state !== "uploading") return new ProblemError("internal", `${what} is ${state}`);
  return new ProblemError("staging_uploading", `${what} has received ${bytesReceived} of ${size} bytes`, {
    details: { bytes_received: bytesReceived, total_size: size },
  });
}

async function remove(call: Call<undefined, DeleteQuery>, staging: Staging): Promise<Response> {
  const staging_id = stagingIdOf(call);
  const { force = false } = call.query();
  const missions = await staging.remove(staging_id, { force, gone: call.gone });
  if (missions !== undefined) {
    audit(staging.parts, call, "staging.delete", { staging_id, force, cascade_missions: missions.length });
  }
  return json({ status: "deletion_pending" }, 202);
}

function stagingIdOf({ path: { id = "" } }: Call): StagingId {
  if (isStagingId(id)) return id;
  throw new ProblemError("bad_request", STAGING_ID.refusal(id));
}
