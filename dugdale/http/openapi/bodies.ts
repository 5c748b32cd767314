import type { JsonObject } from "../../../protocol/json_value.ts";
import type { RouteKey } from "../../../protocol/routes.ts";
import { UUID_V7 } from "./parameters.ts";

/** The body of a request. */
export interface RequestBody extends JsonObject {
  readonly required: boolean;
  readonly content: JsonObject;
}

const TEXT: JsonObject = { type: "string" };
const TEXTS: JsonObject = { type: "array", items: TEXT };
const ROLE: JsonObject = { type: "string", pattern: "^(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}$" };
const LANE_PATTERN = "^[a-z][a-z0-9_-]{0,31}$";
const TIMEOUT: JsonObject = {
  type: "string",
  description: "Like `30s`, `5m` or `1h30m`, counted from the start of the process",
};

function object(
  properties: Readonly<Record<string, JsonObject>>,
  required: readonly string[] = [],
): JsonObject {
  return { type: "object", properties, required };
}

function list(items: JsonObject): JsonObject {
  return { type: "array", items };
}

function json(schema: JsonObject, required = true): RequestBody {
  return { required, content: { "application/json": { schema } } };
}

/** The bodies of all requests that have one. */
export const BODIES: Readonly<Partial<Record<RouteKey, RequestBody>>> = {
  dispatch: json(object({
    mission: { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$" },
    lane: { type: "string", pattern: LANE_PATTERN },
    input: { description: "Any JSON; absent is `null`" },
    files: list(object({ role: ROLE, staging_id: UUID_V7 }, ["role", "staging_id"])),
    timeout: TIMEOUT,
  }, ["mission", "lane"])),
  execDispatch: json(object({
    lane: TEXT,
    command: { ...TEXTS, minItems: 1, description: "argv, used as it is" },
    script: object({ staging_id: UUID_V7 }, ["staging_id"]),
    in: list(object({ key: ROLE, staging_id: UUID_V7 }, ["key", "staging_id"])),
    out: list(object({ key: ROLE }, ["key"])),
    stdin: { enum: ["", "none", "single", "broadcast"] },
    stdin_staging_id: UUID_V7,
    timeout: TIMEOUT,
    group_id: UUID_V7,
    display_name: { type: "string", maxLength: 256 },
  }, ["lane", "command"])),
  kill: json({ description: "Not looked at" }, false),
  bulkRestart: json(object({ ids: { ...TEXTS, minItems: 1, maxItems: 1000 } }, ["ids"])),
  bulkDelete: json(
    object({ ids: { ...TEXTS, minItems: 1, maxItems: 1000 }, force: { type: "boolean" } }, ["ids"]),
  ),
  apply: json(object({
    mission_dir: TEXT,
    labels: { anyOf: [TEXTS, { type: "null" }] },
    lanes: {
      type: "object",
      propertyNames: { pattern: LANE_PATTERN },
      additionalProperties: object({ concurrency: { type: "integer" }, paused: { type: "boolean" } }),
    },
    runtime: object({
      mission_path_template: TEXT,
      command_template: TEXTS,
      validate_mission_file: { type: "boolean" },
    }),
  })),
  putStaging: { required: true, content: { "application/octet-stream": {} } },
};
