/**
 * The mission record and the requests about missions, as they cross the wire.
 *
 * @module
 */
import * as v from "valibot";
import type { JsonObject, JsonValue } from "./json_value.ts";

/** Where a mission is in its life. `deleting` rows are only listed when asked for. */
export type MissionStatus = "queued" | "running" | "done" | "deleting";
/** How a mission ended. */
export type OutcomeKind = "success" | "failed" | "killed" | "timeout" | "crashed" | "lost" | "oom";
/** A mission script of the mission directory, or a command sent whole. */
export type MissionKind = "mission" | "exec";

/** Every outcome, in the order in which they are documented. */
export const OUTCOMES: readonly OutcomeKind[] = [
  "success",
  "failed",
  "killed",
  "timeout",
  "crashed",
  "lost",
  "oom",
];

/** A file that a mission wrote. */
export interface OutputFile {
  readonly staging_id: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A file that a mission reads. */
export interface InputFile extends OutputFile {
  readonly role: string;
}

/** Everything that a dugdale tells about one mission. Times are Unix milliseconds. */
export interface MissionRecord {
  readonly mission_id: string;
  readonly kind: MissionKind;
  readonly lane: string;
  readonly mission_name: string;
  readonly status: MissionStatus;
  /** Digest of everything that makes two dispatches the same. */
  readonly input_fingerprint: string;
  readonly truncated_stdout: boolean;
  readonly truncated_stderr: boolean;
  readonly time_created: number;
  readonly input?: JsonValue | undefined;
  readonly display_name?: string | undefined;
  readonly group_id?: string | undefined;
  readonly outcome?: OutcomeKind | undefined;
  readonly fail_reason?: string | undefined;
  readonly fail_message?: string | undefined;
  readonly fail_details?: JsonObject | null | undefined;
  /** The status of the process; −1 when a signal ended it. */
  readonly exit_code?: number | undefined;
  readonly signal?: string | undefined;
  /** 0 between pickup and start, and for ever when the process never started. */
  readonly pid?: number | undefined;
  readonly return?: JsonObject | null | undefined;
  readonly time_started?: number | undefined;
  readonly time_finished?: number | undefined;
  readonly duration_ms?: number | undefined;
  readonly timeout_ms?: number | undefined;
  readonly restarted_from?: string | undefined;
  readonly inputs: readonly InputFile[];
  readonly outputs: Readonly<Record<string, OutputFile>>;
}

/** The body of `POST /v1/dispatch`. */
export interface DispatchBody {
  readonly mission: string;
  readonly lane: string;
  /** Any JSON; absent is `null`. */
  readonly input?: JsonValue | undefined;
  readonly files?: readonly { readonly role: string; readonly staging_id: string }[] | undefined;
  /** As {@linkcode parseDuration}; counted from the start of the process. */
  readonly timeout?: string | undefined;
}

/** The answer to an accepted or repeated dispatch. */
export interface DispatchReply {
  readonly mission_id: string;
  readonly status: MissionStatus;
}

/** One page of missions. */
export interface MissionPage {
  readonly missions: readonly MissionRecord[];
  /** Absent on the last page. */
  readonly next_cursor?: string | undefined;
}

const status = v.picklist(["queued", "running", "done", "deleting"]);
const jsonObject = v.nullish(v.record(v.string(), v.any()));

/** Checks an {@linkcode OutputFile}. */
export const outputFile: v.GenericSchema<unknown, OutputFile> = v.object({
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
});

/** Checks a {@linkcode MissionRecord}; unknown keys are dropped. */
export const missionRecord: v.GenericSchema<unknown, MissionRecord> = v.object({
  mission_id: v.string(),
  kind: v.picklist(["mission", "exec"]),
  lane: v.string(),
  mission_name: v.string(),
  status,
  input_fingerprint: v.string(),
  truncated_stdout: v.boolean(),
  truncated_stderr: v.boolean(),
  time_created: v.number(),
  input: v.optional(v.any()),
  display_name: v.optional(v.string()),
  group_id: v.optional(v.string()),
  outcome: v.optional(v.picklist(OUTCOMES)),
  fail_reason: v.optional(v.string()),
  fail_message: v.optional(v.string()),
  fail_details: jsonObject,
  exit_code: v.optional(v.number()),
  signal: v.optional(v.string()),
  pid: v.optional(v.number()),
  return: jsonObject,
  time_started: v.optional(v.number()),
  time_finished: v.optional(v.number()),
  duration_ms: v.optional(v.number()),
  timeout_ms: v.optional(v.number()),
  restarted_from: v.optional(v.string()),
  inputs: v.array(
    v.object({ role: v.string(), staging_id: v.string(), sha256: v.string(), size: v.number() }),
  ),
  outputs: v.record(v.string(), outputFile),
});

/** Checks a {@linkcode DispatchReply}. */
export const dispatchReply: v.GenericSchema<unknown, DispatchReply> = v.object({
  mission_id: v.string(),
  status,
});

/** Checks a {@linkcode MissionPage}. */
export const missionPage: v.GenericSchema<unknown, MissionPage> = v.object({
  missions: v.array(missionRecord),
  next_cursor: v.optional(v.string()),
});

/** The answer to a restart. */
export interface RestartReply {
  readonly mission_id: string;
  readonly restarted_from: string;
  readonly status: MissionStatus;
}

/** Checks a {@linkcode RestartReply}. */
export const restartReply: v.GenericSchema<unknown, RestartReply> = v.object({
  mission_id: v.string(),
  restarted_from: v.string(),
  status,
});

/** The answer to a kill: a queued mission is `killed` at once, a running one gets its signal. */
export interface KillReply {
  readonly status: "killed" | "kill_sent";
}

/** Checks a {@linkcode KillReply}. */
export const killReply: v.GenericSchema<unknown, KillReply> = v.object({
  status: v.picklist(["killed", "kill_sent"]),
});

/** The answer to a delete: the row and its files go with the next sweep. */
export interface DeleteReply {
  readonly status: "deletion_pending";
}

/** Checks a {@linkcode DeleteReply}. */
export const deleteReply: v.GenericSchema<unknown, DeleteReply> = v.object({
  status: v.literal("deletion_pending"),
});

/** One item of a bulk answer, in the order of the request. */
export interface BulkItem {
  readonly id: string;
  readonly ok: boolean;
  readonly mission_id?: string | undefined;
  readonly status?: string | undefined;
  readonly error?: string | undefined;
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
}

/** The answer to a bulk restart or delete. */
export interface BulkReply {
  readonly results: readonly BulkItem[];
}

/** Checks a {@linkcode BulkReply}. */
export const bulkReply: v.GenericSchema<unknown, BulkReply> = v.object({
  results: v.array(v.object({
    id: v.string(),
    ok: v.boolean(),
    mission_id: v.optional(v.string()),
    status: v.optional(v.string()),
    error: v.optional(v.string()),
    details: v.optional(v.record(v.string(), v.any())),
  })),
});
