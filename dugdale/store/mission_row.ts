import * as v from "valibot";
import {
  type Columns,
  type EndedFields,
  type EnqueuedFields,
  MISSION_FIELDS,
  type OutcomeKind,
  type StartedFields,
  type Stored,
} from "../../protocol/mission.ts";
import { UNIQUE_RULES, type UniqueRule } from "../../protocol/dispatch_options.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { type RetryRule, retryRule } from "../../protocol/retry.ts";

/** Common columns of table `missions`. JSON columns keep the bytes that were sent. */
interface MissionColumns extends Omit<Columns<EnqueuedFields>, "mission_id" | "restarted_from"> {
  /** The row number, to which the other tables refer. */
  readonly id: number;
  readonly mission_id: MissionId;
  readonly restarted_from: MissionId | null;
  /** Row of `runtimes`; null for an exec. */
  readonly runtime: number | null;
  readonly traceparent: string | null;
  readonly class: MissionClass;
  /** Start of its wait; null: its creation. */
  readonly enqueued: number | null;
  /** Not picked up before this time. */
  readonly run_at: number | null;
  /** From 1. */
  readonly attempt: number;
  /** Number of the event `running` of this attempt; null: the second of all. */
  readonly running_seq: number | null;
  /** Not picked up while another mission with the same key is running. */
  readonly serial: 0 | 1;
}

/** 0 high, 1 normal, 2 low. */
export type MissionClass = 0 | 1 | 2;

/** A mission that waits in its lane. */
export interface QueuedMission extends MissionColumns {
  readonly status: "queued";
}

/** A mission from its pickup to the end of its finalization. */
export interface RunningMission extends MissionColumns, Columns<StartedFields> {
  readonly status: "running";
  /** Distinguishes its process from a later one with the same pid; 0 if unknown. */
  readonly process_start: number;
  /** How the process ended, while its output files are being collected. */
  readonly ending: string | null;
}

/** A finished mission. */
export interface DoneMission extends MissionColumns, Columns<EndedFields> {
  readonly status: "done";
  /** Null if it never left its queue. */
  readonly time_started: number | null;
  /** Null or 0 if there was no process. */
  readonly pid: number | null;
  readonly done_seq: number;
  readonly progress_dropped: number;
}

/** A mission that is no longer visible and is removed by the next sweep. */
export interface DeletingMission extends MissionColumns {
  readonly status: "deleting";
}

/** A row of table `missions`: its CHECKs and its single writer guarantee the columns of each status. */
export type MissionRow = QueuedMission | RunningMission | DoneMission | DeletingMission;

/** A row from SQLite, with untyped columns. */
export function toMission<Row extends MissionRow>(row: unknown): Row {
  return row as Row;
}

/** The fields of the record that are set at dispatch, with their columns. */
export const ENQUEUED_FIELDS: readonly { readonly name: keyof EnqueuedFields; readonly column: string }[] =
  Object
    .entries(MISSION_FIELDS)
    .flatMap(([name, { set, column }]) =>
      set === "enqueue" ? [{ name: name as keyof EnqueuedFields, column }] : []
    );

/** Those fields of a row. */
export function enqueuedFields(row: MissionRow): Stored<EnqueuedFields> {
  const columns = row as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    ENQUEUED_FIELDS.map(({ name, column }) => [name, columns[column]]),
  ) as unknown as Stored<
    EnqueuedFields
  >;
}

/** The values of a new row for a dispatch, an exec or a restart. */
export interface NewMission extends Omit<Stored<EnqueuedFields>, "missionId" | "restartedFrom"> {
  readonly missionId: MissionId;
  readonly restartedFrom: MissionId | null;
  /** Row of `runtimes`; null for an exec. */
  readonly runtime: number | null;
  /** W3C trace context of the dispatch; not part of the fingerprint. */
  readonly traceparent: string | null;
  readonly class: MissionClass;
  readonly serial: 0 | 1;
  /** Unix milliseconds; null: now. */
  readonly runAtMs: number | null;
  /** Null: a plain run. */
  readonly plan: MissionPlan | null;
  readonly files: readonly NewMissionFile[];
}

/** A mission that follows the end of another one. */
export interface Successor {
  readonly mission: string;
  /** Default: that of the preceding mission. */
  readonly lane?: string | undefined;
  /** Canonical JSON of an object. Default `{}`. */
  readonly input?: string | undefined;
}

const successor = v.object({
  mission: v.string(),
  lane: v.optional(v.string()),
  input: v.optional(v.string()),
});

/** Parts that only some missions have: tags and owner, and what follows their end. */
export interface MissionPlan {
  readonly onSuccess?: Successor | undefined;
  readonly onFailure?: Successor | undefined;
  readonly unique?: UniqueRule | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly owner?: string | undefined;
  /** The hook that is told of it. */
  readonly notify?: string | undefined;
  readonly retry?: RetryRule | undefined;
}

/** Schema of a {@linkcode MissionPlan}; additions of a newer version are dropped. */
export const missionPlan: v.GenericSchema<unknown, MissionPlan> = v.object({
  onSuccess: v.optional(successor),
  onFailure: v.optional(successor),
  unique: v.optional(v.picklist(UNIQUE_RULES)),
  tags: v.optional(v.array(v.string())),
  owner: v.optional(v.string()),
  notify: v.optional(v.string()),
  retry: v.optional(retryRule),
});

/** Size of each captured stream of a mission. */
export type CapturedBytes = Readonly<Record<"stdout" | "stderr" | "combined", number>>;

/** An attempt that was followed by another one, as a row of table `attempts`. */
export interface AttemptRow {
  /** From 1. */
  readonly n: number;
  readonly time_started: number | null;
  readonly time_finished: number;
  readonly pid: number | null;
  readonly outcome: OutcomeKind;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly fail_reason: string | null;
  readonly fail_message: string | null;
  /** JSON of {@linkcode CapturedBytes}; null if unknown. */
  readonly captured: string | null;
}

/** A staging file required by a new mission. */
export interface NewMissionFile {
  readonly stagingId: StagingId;
  readonly kind: "input" | "script";
  readonly role: string;
}

/** A file of a mission with its content's digest and size. */
export interface MissionFileRow {
  readonly staging_id: StagingId;
  readonly ref_kind: "input" | "output" | "script";
  readonly role: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: string;
}

/** How missions were to be started when this one was dispatched. */
export interface RuntimeRow {
  readonly mission_dir: string;
  /** JSON: an array of strings, or `null`. */
  readonly command_template: string;
  readonly mission_path_template: string;
  readonly validate_mission_file: number;
}

/** All values set at the end of a mission. JSON is text, as the mission wrote it but without white space. */
export interface Ending extends Omit<Stored<EndedFields>, "finishedMs" | "return" | "leftovers"> {
  readonly returnValue: Stored<EndedFields>["return"];
  /** Default: null. */
  readonly leftovers?: Stored<EndedFields>["leftovers"];
  readonly progressDropped: number;
}
