import { isStagingId, type StagingId } from "../../protocol/names.ts";
import {
  BYTES_RECEIVED_HEADER,
  SHA256_HEADER,
  TOTAL_SIZE_HEADER,
  UPLOAD_STATUS_HEADER,
} from "../../protocol/staging.ts";
import { ProblemError } from "../problem_error.ts";
import type { Staging } from "../staging/staging.ts";
import type { StagingRow } from "../store/staging_files.ts";
import type { Call, Handler } from "./call.ts";

/** The handlers of the staging routes, named as in the table of routes. */
export type StagingHandlers = Readonly<
  Record<
    "putStaging" | "headStaging" | "getStaging",
    Handler
  >
>;

/** Makes the handlers of the staging routes. */
export function stagingHandlers(staging: Staging): StagingHandlers {
  const { store } = staging.parts;
  return {
    putStaging: (call) => staging.uploads.put(call),
    headStaging: (call) => {
      const { id = "" } = call.path;
      if (!isStagingId(id)) return new Response(null, { status: 400 });
      const row = store.staging.find(id);
      return row === undefined ? new Response(null, { status: 404 }) : head(row, staging);
    },
    getStaging: async (call) => {
      const row = store.staging.find(stagingId(call));
      if (row?.state === "complete") return await staging.downloads.get(row, call.request.headers);
      throw notReady(call, row, staging);
    },
  };
}

function head(row: StagingRow, staging: Staging): Response {
  const headers = new Headers({ [SHA256_HEADER]: row.sha256 });
  headers.set(UPLOAD_STATUS_HEADER, row.state === "uploading" ? "incomplete" : row.state);
  if (row.state === "complete") headers.set("content-length", String(row.size));
  if (row.state === "uploading") {
    headers.set(BYTES_RECEIVED_HEADER, String(staging.uploads.bytesReceived(row)));
    headers.set(TOTAL_SIZE_HEADER, String(row.size));
  }
  return new Response(null, { headers });
}

function notReady(call: Call, row: StagingRow | undefined, staging: Staging): ProblemError {
  if (row === undefined) return notFound(call);
  const what = `staging file ${row.staging_id}`;
  if (row.state === "uploading") {
    const bytes_received = staging.uploads.bytesReceived(row);
    return new ProblemError(
      "staging_uploading",
      `${what} has received ${bytes_received} of ${row.size} bytes`,
      {
        details: { bytes_received, total_size: row.size },
      },
    );
  }
  if (row.state === "deleting") return new ProblemError("deleting", `${what} is being deleted`);
  return new ProblemError("internal", `${what} is ${row.state}`);
}

function notFound(call: Call): ProblemError {
  return new ProblemError("not_found", `there is no staging file ${call.path.id}`);
}

function stagingId(call: Call): StagingId {
  const { id = "" } = call.path;
  if (isStagingId(id)) return id;
  throw new ProblemError("bad_request", `staging id "${id}" must be a lower-case UUIDv7`);
}
