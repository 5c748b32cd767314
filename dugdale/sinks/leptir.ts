import type { JsonObject, JsonValue } from "../../protocol/json_value.ts";

/** Status and return codes of leptir. */
const PENDING = 1, IN_PROGRESS = 2, COMPLETED = 3;
const SUCCESS = 1, WARNING = 2, ERROR = 3, UNKNOWN = 4, TIME_LIMIT = 5;

/**
 * The record that leptir would have made of a mission: `meta` may overwrite its members, as additional meta information
 * does there.
 *
 * @param record Of the mission, as the dugdale sends it.
 * @param dateOf How a moment is written.
 */
export function leptirRecord(record: JsonObject, dateOf: (rfc3339: string) => JsonValue): JsonObject {
  const { mission_id, mission_name, status, time_started, time_finished, meta } = record;
  const startedMs = typeof time_started === "number" ? time_started : undefined;
  const tookMs = startedMs !== undefined && typeof time_finished === "number" ? time_finished - startedMs : 0;
  return {
    id: mission_id ?? "",
    status: status === "queued" ? PENDING : status === "running" ? IN_PROGRESS : COMPLETED,
    retC: returnCode(record),
    exTime: tookMs / 1000,
    respM: responseMessage(record),
    type: mission_name ?? "",
    exStart: startedMs === undefined ? null : dateOf(new Date(startedMs).toISOString()),
    ...(isObject(meta) ? meta : {}),
  };
}

/** As PHP's `json_encode` writes a `DateTime`, for stores that have no dates of their own. */
export function phpDate(rfc3339: string): JsonObject {
  return {
    date: rfc3339.replace("T", " ").replace(/\.(\d{3})Z$/, ".$1000"),
    timezone_type: 3,
    timezone: "UTC",
  };
}

function returnCode({ status, outcome, fail_reason, warnings }: JsonObject): number {
  if (status !== "done") return UNKNOWN;
  if (outcome === "success") return Array.isArray(warnings) && warnings.length > 0 ? WARNING : SUCCESS;
  if (outcome === "timeout") return TIME_LIMIT;
  return typeof fail_reason === "string" && fail_reason.startsWith("no_event_") ? UNKNOWN : ERROR;
}

/** The notes, joined by spaces; of a failure what is known about it comes last. */
function responseMessage({ notes, status, outcome, fail_message }: JsonObject): string {
  if (outcome === "timeout") return "Execution time exceeded";
  const lines = Array.isArray(notes) ? notes.filter((note) => typeof note === "string") : [];
  const failed = status === "done" && outcome !== "success" && typeof fail_message === "string";
  return [...lines, ...(failed ? [`Task exited with exception: ${fail_message}`] : [])].join(" ");
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
