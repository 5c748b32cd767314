/**
 * All errors that a dugdale can respond with: one closed list of codes. HTTP status and retry advice depend only on the
 * code.
 *
 * @module
 */
import * as v from "valibot";
import type { JsonValue } from "./json_value.ts";

/**
 * Advice to callers after a failure.
 *
 * - `never`: a retry gets the same answer.
 * - `soon`: a temporary failure; a retry with a short back-off may succeed.
 * - `later`: the dugdale is busy or shutting down; wait for `Retry-After`.
 */
export type RetryAdvice = "never" | "soon" | "later";

/** The properties of a code. */
export interface Problem {
  /** HTTP status. */
  readonly status: number;
  /** Retry advice. */
  readonly retry: RetryAdvice;
}

/** The machine-readable reason of a failed request. */
export type ProblemCode =
  | "unauthorized"
  | "forbidden"
  | "forbidden_kind"
  | "rate_limited"
  | "payload_too_large"
  | "bad_request"
  | "invalid_id"
  | "invalid_from"
  | "invalid_json"
  | "invalid_lane_name"
  | "invalid_schedule"
  | "duplicate_role"
  | "invalid_key"
  | "duplicate_key"
  | "too_many_files"
  | "shell_form_disabled"
  | "invalid_staging_id"
  | "script_too_large"
  | "unknown_staging_ref"
  | "unknown_lane"
  | "unknown_hook"
  | "incomplete_upload"
  | "feature_disabled"
  | "not_found"
  | "lane_not_found"
  | "schedule_not_found"
  | "hook_not_found"
  | "sink_not_found"
  | "method_not_allowed"
  | "upload_idle_timeout"
  | "idempotency_conflict"
  | "key_conflict"
  | "mission_not_done"
  | "input_artifacts_expired"
  | "mission_deleting"
  | "mission_done"
  | "mission_state_changed"
  | "mission_running"
  | "conflict"
  | "content_mismatch"
  | "upload_in_progress"
  | "staging_uploading"
  | "staging_in_use"
  | "staging_finalizing"
  | "deleting"
  | "gone"
  | "no_lanes_configured"
  | "unsupported_media_type"
  | "range_not_satisfiable"
  | "client_closed"
  | "internal"
  | "db_error"
  | "io_error"
  | "shard_error"
  | "draining"
  | "disk_quota_exceeded"
  | "queue_full"
  | "lane_removing"
  | "incomplete_uploads_full"
  | "awaiting_apply"
  | "awaiting_drain"
  | "awaiting_manual_repair"
  | "force_delete_timeout";

/** HTTP status and retry advice of each code. A few codes have another status in one place, noted there. */
export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  unauthorized: { status: 401, retry: "never" },
  forbidden: { status: 403, retry: "never" },
  forbidden_kind: { status: 403, retry: "never" },
  rate_limited: { status: 429, retry: "later" },
  payload_too_large: { status: 413, retry: "never" },
  bad_request: { status: 400, retry: "never" },
  invalid_id: { status: 400, retry: "never" },
  invalid_from: { status: 400, retry: "never" },
  invalid_json: { status: 400, retry: "never" },
  invalid_lane_name: { status: 400, retry: "never" },
  invalid_schedule: { status: 400, retry: "never" },
  duplicate_role: { status: 400, retry: "never" },
  invalid_key: { status: 400, retry: "never" },
  duplicate_key: { status: 400, retry: "never" },
  too_many_files: { status: 400, retry: "never" },
  shell_form_disabled: { status: 400, retry: "never" },
  invalid_staging_id: { status: 400, retry: "never" },
  script_too_large: { status: 400, retry: "never" },
  unknown_staging_ref: { status: 400, retry: "never" },
  unknown_lane: { status: 400, retry: "never" },
  unknown_hook: { status: 400, retry: "never" },
  incomplete_upload: { status: 400, retry: "never" },
  feature_disabled: { status: 404, retry: "never" },
  not_found: { status: 404, retry: "never" },
  lane_not_found: { status: 404, retry: "never" },
  schedule_not_found: { status: 404, retry: "never" },
  hook_not_found: { status: 404, retry: "never" },
  sink_not_found: { status: 404, retry: "never" },
  method_not_allowed: { status: 405, retry: "never" },
  upload_idle_timeout: { status: 408, retry: "never" },
  idempotency_conflict: { status: 409, retry: "never" },
  key_conflict: { status: 409, retry: "never" },
  mission_not_done: { status: 409, retry: "never" },
  input_artifacts_expired: { status: 409, retry: "never" },
  /** 410 on dispatch, events and output: there the mission counts as removed. */
  mission_deleting: { status: 409, retry: "never" },
  mission_done: { status: 409, retry: "never" },
  mission_state_changed: { status: 409, retry: "never" },
  mission_running: { status: 409, retry: "never" },
  conflict: { status: 409, retry: "never" },
  content_mismatch: { status: 409, retry: "never" },
  upload_in_progress: { status: 409, retry: "never" },
  staging_uploading: { status: 409, retry: "never" },
  staging_in_use: { status: 409, retry: "never" },
  staging_finalizing: { status: 409, retry: "never" },
  deleting: { status: 410, retry: "never" },
  gone: { status: 410, retry: "never" },
  no_lanes_configured: { status: 412, retry: "never" },
  unsupported_media_type: { status: 415, retry: "never" },
  range_not_satisfiable: { status: 416, retry: "never" },
  client_closed: { status: 499, retry: "never" },
  internal: { status: 500, retry: "soon" },
  /** 503 on readyz. */
  db_error: { status: 500, retry: "soon" },
  io_error: { status: 500, retry: "soon" },
  shard_error: { status: 500, retry: "soon" },
  draining: { status: 503, retry: "later" },
  disk_quota_exceeded: { status: 503, retry: "later" },
  queue_full: { status: 503, retry: "later" },
  lane_removing: { status: 503, retry: "later" },
  incomplete_uploads_full: { status: 503, retry: "soon" },
  awaiting_apply: { status: 503, retry: "soon" },
  awaiting_drain: { status: 503, retry: "later" },
  awaiting_manual_repair: { status: 503, retry: "never" },
  force_delete_timeout: { status: 504, retry: "soon" },
};

/** Whether the string is a code known to this version. */
export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(PROBLEMS, text);

/** The body of every unsuccessful response. */
export interface ProblemBody {
  /** The code. A dugdale of another version may send one that is not in {@linkcode PROBLEMS}. */
  readonly error: string;
  /** Human-readable message. */
  readonly message?: string | undefined;
  /** Machine-readable details; `null` and absent mean the same. */
  readonly details?: Readonly<Record<string, JsonValue>> | null | undefined;
}

/** Schema of the body of an unsuccessful response. */
export const problemBody: v.GenericSchema<unknown, ProblemBody> = v.object({
  error: v.string(),
  message: v.optional(v.string()),
  details: v.nullish(v.record(v.string(), v.any())),
});
