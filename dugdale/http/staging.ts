import type { DeleteQuery } from "../../protocol/mission.ts";
import { isStagingId, parseMissionId, STAGING_ID, type StagingId } from "../../protocol/names.ts";
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
import { noFile } from "../staging/removal.ts";
import type { Staging } from "../staging/staging.ts";
import type { StagingRow } from "../store/staging_row.ts";
import { json } from "./answer.ts";
import type { Audit } from "./audit.ts";
import type { Call, RouteHandlers } from "./call.ts";
import { pageLimit } from "./query.ts";
import { findByContent } from "./staging_by_content.ts";
import { listStaging } from "./staging_list.ts";

/** The handlers of the staging routes, named as in the table of routes. */
export type StagingHandlers = RouteHandlers<Extract<RouteKey, `${string}taging${string}`>>;

/** Creates the handlers of the staging routes. */
export function stagingHandlers(staging: Staging, audit: Audit): StagingHandlers {
  const { store, config } = staging.parts;
  return {
    putStaging: (call) => put(call, staging),
    headStaging: (call) => head(call, staging),
    getStaging: (call) => get(call, staging),
    deleteStaging: (call) => remove(call, staging, audit),
    listStaging: (call) => {
      const query = call.query();
      const { limits } = call.caller.token ?? {};
      const mission = limits && store.missions.find(parseMissionId(query.mission_id));
      return listStaging(query, mission && !limits.sees(mission) ? NO_FILES : store.staging.refs);
    },
    stagingUploads: (call) => listUploads(call, staging),
    stagingByContent: (call) => findByContent(call, store, config.limits.maxStagingUploadBytes),
  };
}

/** The files of a mission that the caller may not see. */
const NO_FILES = { list: () => [] };

function listUploads(call: Call<undefined, UploadsQuery>, { parts, uploads }: Staging): Response {
  const query = call.query();
  const limit = pageLimit(query);
  const owner = call.caller.token?.limits?.owner;
  const rows = parts.store.staging.uploads(query.cursor ?? "", limit + 1, owner);
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
  const { name, limits } = caller.token ?? {};
  const sender = {
    name: `${name ?? caller.scope} ${caller.ip}`,
    owner: name ?? null,
    sees: limits && ((row: StagingRow) => limits.seesFile(row, staging.parts.store)),
  };
  const { isNew, reply } = await staging.uploads.put(path.id ?? "", request.headers, request.body, sender);
  // The body of a repeat is never read, so the connection cannot be reused.
  return isNew ? json(reply, 201) : json(reply, 200, { connection: "close" });
}

/** A file that the caller may see. */
function seenFile({ caller }: Call, id: StagingId, { parts: { store } }: Staging): StagingRow | undefined {
  const row = store.staging.find(id);
  return row !== undefined && caller.token?.limits?.seesFile(row, store) === false ? undefined : row;
}

function head(call: Call, staging: Staging): Response {
  const { id = "" } = call.path;
  if (!isStagingId(id)) return new Response(null, { status: 400 });
  const row = seenFile(call, id, staging);
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
  const row = seenFile(call, id, staging);
  if (row === undefined) throw noFile(id);
  if (row.state !== "complete") throw notReady(row, staging.uploads.bytesReceived(row));
  // Who may only look must not shorten the life of a file for those it is meant for.
  return await staging.downloads.get(row, call.request.headers, !call.caller.token?.readOnly);
}

function notReady({ staging_id, state, size }: StagingRow, bytesReceived: number): ProblemError {
  const what = `staging file ${staging_id}`;
  if (state === "deleting") return new ProblemError("deleting", `${what} is being deleted`);
  if (state !== "uploading") return new ProblemError("internal", `${what} is ${state}`);
  return new ProblemError("staging_uploading", `${what} has received ${bytesReceived} of ${size} bytes`, {
    details: { bytes_received: bytesReceived, total_size: size },
  });
}

async function remove(
  call: Call<undefined, DeleteQuery>,
  staging: Staging,
  audit: Audit,
): Promise<Response> {
  const staging_id = stagingIdOf(call);
  const { force = false } = call.query();
  assertRemovable(call, staging_id, staging);
  const audited = audit.begin(call, {
    action: "staging.delete",
    target: staging_id,
    facts: { staging_id, force },
  });
  const missions = await staging.remove(staging_id, {
    force,
    gone: call.gone,
    within: (missions) => audited.within({ cascade_missions: missions.length }),
  });
  if (missions !== undefined) await audited.done();
  return json({ status: "deletion_pending" }, 202);
}

/** @throws {ProblemError} `not_found`, `forbidden` When missions use the file that the caller may not see. */
function assertRemovable(call: Call<undefined, DeleteQuery>, id: StagingId, staging: Staging): void {
  const limits = call.caller.token?.limits;
  if (limits === undefined) return;
  const { store } = staging.parts;
  const row = store.staging.find(id);
  if (row === undefined || !limits.seesFile(row, store)) throw noFile(id);
  if (store.staging.refs.missions(id).every((mission) => limits.sees(mission))) return;
  throw new ProblemError(
    "forbidden",
    `the token ${limits.owner} may not remove staging file ${id}: missions beyond its limits use it`,
    { details: { token: limits.owner, staging_id: id } },
  );
}

function stagingIdOf({ path: { id = "" } }: Call): StagingId {
  if (isStagingId(id)) return id;
  throw new ProblemError("bad_request", STAGING_ID.refusal(id));
}
