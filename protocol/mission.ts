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
  /** UUIDv7 under which the content is downloaded. */
  readonly staging_id: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A file that a mission reads. */
export interface InputFile extends OutputFile {
  /** Name of the file within the mission. Standard input of an exec has the role `__stdin__`. */
  readonly role: string;
}

/** Everything that a dugdale tells about one mission. Times are Unix milliseconds. */
export interface MissionRecord {
  /** UUIDv7 of the mission or exec. Made by the client, for a restart by the dugdale. */
  readonly mission_id: string;
  /** Decides who may see it: a dispatch token missions, an exec token execs, an admin token both. */
  readonly kind: MissionKind;
  /** Where it waits and runs; never changes. */
  readonly lane: string;
  /** Name of the script; `exec` for every exec, which `display_name` tells apart. */
  readonly mission_name: string;
  /** Only goes forward; a restart makes a new mission. */
  readonly status: MissionStatus;
  /** Digest of everything that makes two dispatches the same. */
  readonly input_fingerprint: string;
  /** Whether output was dropped because it was more than the dugdale keeps. Some dugdales never tell. */
  readonly truncated_stdout: boolean;
  /** As `truncated_stdout`. */
  readonly truncated_stderr: boolean;
  /** When the dispatch, exec or restart was accepted. */
  readonly time_created: number;
  /** Of a mission what was dispatched, with sorted keys; of an exec the whole request. */
  readonly input?: JsonValue | undefined;
  /** What lists shall show. Absent unless an exec was given one. */
  readonly display_name?: string | undefined;
  /** UUIDv7 that joins the execs of one fan-out. Absent outside of one. */
  readonly group_id?: string | undefined;
  /** Absent until the mission is done. */
  readonly outcome?: OutcomeKind | undefined;
  /** A word for programs: the mission's own, or the dugdale's such as `killed_by_api`. Absent on success. */
  readonly fail_reason?: string | undefined;
  /** The same for people. */
  readonly fail_message?: string | undefined;
  /** Facts that the mission or the dugdale gave along with the reason; `null` when it was said to be that. */
  readonly fail_details?: JsonObject | null | undefined;
  /** The status of the process; −1 when a signal ended it. */
  readonly exit_code?: number | undefined;
  /** Such as `KILL`, or a number when it has no name. Absent when the process exited by itself. */
  readonly signal?: string | undefined;
  /** 0 between pickup and start, and for ever when the process never started. */
  readonly pid?: number | undefined;
  /** What a successful mission returned. Absent when it returned nothing. */
  readonly return?: JsonObject | null | undefined;
  /** First the pickup by the lane, then the start of the process. Absent while queued. */
  readonly time_started?: number | undefined;
  /** Absent until the mission is done. */
  readonly time_finished?: number | undefined;
  /** From `time_started` to `time_finished`. Absent unless both are there. */
  readonly duration_ms?: number | undefined;
  /** How long the process may run. Absent or 0: as long as it wants. */
  readonly timeout_ms?: number | undefined;
  /** The mission of which this is a repeat. Absent when it is none, or when that one has been removed. */
  readonly restarted_from?: string | undefined;
  /** Files that it reads. Those that have been removed are left out. */
  readonly inputs: readonly InputFile[];
  /** Files that it wrote, by role. Empty unless it was a success. */
  readonly outputs: Readonly<Record<string, OutputFile>>;
}

/** The body of `POST /v1/dispatch`. */
export interface DispatchBody {
  /** Name of the script. */
  readonly mission: string;
  /** One that the dugdale has. */
  readonly lane: string;
  /** Any JSON; absent is `null`. */
  readonly input?: JsonValue | undefined;
  /** Uploaded files by the role that the mission knows them under. Default none. */
  readonly files?: readonly { readonly role: string; readonly staging_id: string }[] | undefined;
  /** As {@linkcode parseDuration}; counted from the start of the process. */
  readonly timeout?: string | undefined;
}

/** The answer to an accepted or repeated dispatch. */
export interface DispatchReply {
  /** The id that was sent. */
  readonly mission_id: string;
  /** `queued` for a new mission; a repeat tells how far the first one is. */
  readonly status: MissionStatus;
}

/** One page of missions. */
export interface MissionPage {
  /** Newest first, by creation or by end as asked for. */
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
  /** Id of the new mission. */
  readonly mission_id: string;
  /** The mission that was asked for. */
  readonly restarted_from: string;
  /** Always `queued`: how far it is by now is for `getMission` to say. */
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
  /** `kill_sent` does not wait for the process to end, and it may end in another way first. */
  readonly status: "killed" | "kill_sent";
}

/** Checks a {@linkcode KillReply}. */
export const killReply: v.GenericSchema<unknown, KillReply> = v.object({
  status: v.picklist(["killed", "kill_sent"]),
});

/** The answer to a delete: the row and its files go with the next sweep. */
export interface DeleteReply {
  /** The mission can no longer be read, although its files may still be there. */
  readonly status: "deletion_pending";
}

/** Checks a {@linkcode DeleteReply}. */
export const deleteReply: v.GenericSchema<unknown, DeleteReply> = v.object({
  status: v.literal("deletion_pending"),
});

/** One item of a bulk answer, in the order of the request. */
export interface BulkItem {
  /** The mission that was asked for. */
  readonly id: string;
  /** Whether this one was restarted or deleted; others may have gone differently. */
  readonly ok: boolean;
  /** Id of the new mission after a restart. */
  readonly mission_id?: string | undefined;
  /** `deletion_pending` after a delete. */
  readonly status?: string | undefined;
  /** Code of the failure; there is no message. Absent when `ok`. */
  readonly error?: string | undefined;
  /** Facts of the failure, as a single call would have had them. Absent when there are none. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
}

/** The answer to a bulk restart or delete. */
export interface BulkReply {
  /** One for each id, in the order of the request. */
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
