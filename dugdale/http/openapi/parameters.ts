import type { JsonObject } from "../../../protocol/json_value.ts";
import type { RouteKey } from "../../../protocol/routes.ts";
import { SHA256_HEADER } from "../../../protocol/staging.ts";

/** One parameter of an operation. */
export interface Parameter extends JsonObject {
  readonly name: string;
  readonly in: "query" | "header" | "path";
  readonly description: string;
  readonly schema: JsonObject;
}

/** Every id on the wire. */
export const UUID_V7: JsonObject = {
  type: "string",
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
};
const SHA256: JsonObject = { type: "string", pattern: "^[0-9a-fA-F]{64}$" };
const TEXT: JsonObject = { type: "string" };
const MOMENT: JsonObject = { type: "integer", format: "int64" };

const query = (name: string, description: string, schema: JsonObject = TEXT): Parameter => ({
  name,
  in: "query",
  description,
  schema,
});
const flag = (name: string, description: string): Parameter => query(name, description, { type: "boolean" });
const needed = (parameter: Parameter): Parameter => ({ ...parameter, required: true });
const header = (name: string, description: string, schema: JsonObject = TEXT): Parameter => ({
  name,
  in: "header",
  description,
  schema,
});

const LIMIT = query("limit", "Entries of a page", { type: "integer", minimum: 1, default: 100 });
const CURSOR = query("cursor", "The `next_cursor` of the page before; all filters are sent again with it");
const FOLLOW = flag("follow", "Goes on until the mission is done");
const FORCE = flag("force", "Ends a running mission first");
const KEY = needed(
  header("Idempotency-Key", "Becomes the id; a repeat with it is the same request", UUID_V7),
);
const TRACE = header(
  "traceparent",
  "W3C trace context; becomes the variable `TRACEPARENT`, ignored when broken",
);

/** The `:name` segments of all paths. */
export const PATH_PARAMETERS: Readonly<Record<string, JsonObject>> = {
  id: UUID_V7,
  name: TEXT,
  sha: SHA256,
};

/** What else a request may have in its query and headers. */
export const PARAMETERS: Readonly<Partial<Record<RouteKey, readonly Parameter[]>>> = {
  dispatch: [KEY, TRACE],
  execDispatch: [KEY, TRACE],
  listMissions: [
    query("status", "Without it all but `deleting`", { enum: ["queued", "running", "done", "deleting"] }),
    query("outcome", "How the mission ended"),
    query("lane", "The lane of the mission"),
    query("kind", "Mission or exec", { enum: ["mission", "exec"] }),
    query("group_id", "The group that execs were sent with"),
    query("mission", "A part of the name; ASCII letters in any case"),
    query("mission_prefix", "The beginning of the name; ASCII letters in any case"),
    query("order", "By creation or by end, newest first", {
      enum: ["created", "finished"],
      default: "created",
    }),
    query("since", "Created then or later, in Unix milliseconds", MOMENT),
    query("until", "Created before, in Unix milliseconds", MOMENT),
    LIMIT,
    CURSOR,
  ],
  events: [query("from", "Only events with a higher `seq`", MOMENT), FOLLOW],
  output: [
    needed(query("stream", "Which one", { enum: ["stdout", "stderr", "combined"] })),
    FOLLOW,
  ],
  deleteMission: [FORCE],
  apply: [
    flag("force", "Changes runtime or mission directory although missions are unfinished"),
    flag("prune", "Removes lanes that are not named"),
    flag("force_prune", "Removes them although they have unfinished missions, which are killed"),
  ],
  putStaging: [
    needed(header(SHA256_HEADER, "Digest of the whole file, in hex", SHA256)),
    header("Content-Range", "`bytes <start>-<end>/<total>` of a part; without it the body is the whole file"),
  ],
  getStaging: [
    header("Range", "Only these bytes"),
    header("If-Range", "A date; the range counts only if the file has not changed since"),
    header("If-Modified-Since", "Nothing is sent unless the file has changed since"),
    header("If-Unmodified-Since", "Nothing is sent if the file has changed since"),
  ],
  deleteStaging: [flag("force", "Deletes the missions that use it as well, and ends running ones first")],
  listStaging: [
    needed(query("mission_id", "The mission whose files are listed", UUID_V7)),
    query("ref_kind", "What the mission has the file for", { enum: ["input", "output", "script"] }),
    LIMIT,
    CURSOR,
  ],
  stagingByContent: [
    needed(query("size", "Bytes of the file", { type: "integer", format: "int64", minimum: 1 })),
  ],
};
