import { MISSION_ID } from "../../../protocol/names.ts";
import type { JsonObject } from "../../../protocol/json_value.ts";
import type { RouteKey } from "../../../protocol/routes.ts";
import { SHA256_HEADER } from "../../../protocol/staging.ts";

/** One header of an operation. */
export interface Header extends JsonObject {
  readonly name: string;
  readonly in: "header";
  readonly description: string;
  readonly schema: JsonObject;
}

const ID: JsonObject = { type: "string", pattern: MISSION_ID.pattern };
const SHA256: JsonObject = { type: "string", pattern: "^[0-9a-fA-F]{64}$" };

const header = (name: string, description: string, schema: JsonObject = { type: "string" }): Header => ({
  name,
  in: "header",
  description,
  schema,
});
const required = (parameter: Header): Header => ({ ...parameter, required: true });

const KEY = required(header("Idempotency-Key", "Becomes the id; a repeat with it is the same request", ID));
const TRACE = header(
  "traceparent",
  "W3C trace context; becomes the variable `TRACEPARENT`, ignored when broken",
);

/** The `:name` segments of all paths. */
export const SEGMENTS: Readonly<Record<string, JsonObject>> = {
  id: ID,
  name: { type: "string" },
  sha: SHA256,
};

/** Optional request headers. */
export const HEADERS: Readonly<Partial<Record<RouteKey, readonly Header[]>>> = {
  dispatch: [KEY, TRACE],
  dispatchBatch: [TRACE],
  execDispatch: [KEY, TRACE],
  putStaging: [
    required(header(SHA256_HEADER, "Digest of the whole file, in hex", SHA256)),
    header("Content-Range", "`bytes <start>-<end>/<total>` of a part; without it the body is the whole file"),
  ],
  getStaging: [
    header("Range", "Only these bytes"),
    header("If-Range", "A date; the range counts only if the file has not changed since"),
    header("If-Modified-Since", "Nothing is sent unless the file has changed since"),
    header("If-Unmodified-Since", "Nothing is sent if the file has changed since"),
  ],
};
