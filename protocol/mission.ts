/**
 * The mission record and requests about missions, as they are on the wire.
 *
 * @module
 */
import * as v from "valibot";
import {
  type DispatchAdditions,
  dispatchAdditions,
  PRIORITIES,
  type Priority,
  type SuccessorBody,
  successorBody,
  UNIQUE_RULES,
  type UniqueRule,
} from "./dispatch_options.ts";
import { LOG_LEVELS, type LogLevel } from "./fd3.ts";
import type { JsonObject, JsonValue } from "./json_value.ts";
import { FILE_ROLE, LANE_NAME, MISSION_NAME } from "./names.ts";
import type { RetryRule } from "./retry.ts";
import {
  cursor,
  filter,
  flag,
  integer,
  limit,
  missionId,
  nameOf,
  type ObjectShape,
  oneOf,
  openWord,
  stagingId,
  timeout,
} from "./schemas.ts";

/** Status of a mission. `deleting` missions are only listed on request. */
export type MissionStatus = "queued" | "running" | "done" | "deleting";
/** The outcome of a mission. */
export type OutcomeKind = "success" | "failed" | "killed" | "timeout" | "crashed" | "lost" | "oom";
/** A mission script of the mission directory, or a command sent as a whole. */
export type MissionKind = "mission" | "exec";

/** Every outcome, in documentation order. */
export const OUTCOMES: readonly OutcomeKind[] = [
  "success",
  "failed",
  "killed",
  "timeout",
  "crashed",
  "lost",
  "oom",
];

/** An output file of a mission. */
export interface OutputFile {
  /** UUIDv7 under which the content is downloaded. */
  readonly staging_id: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** An input file of a mission. */
export interface InputFile extends OutputFile {
  /** Name of the file within the mission. Standard input of an exec has the role `__stdin__`. */
  readonly role: string;
}

/** A run of a mission that was followed by another one. */
export interface AttemptRecord {
  /** From 1. */
  readonly attempt: number;
  /** Its outcome. */
  readonly outcome: OutcomeKind;
  /** See the mission's. */
  readonly exit_code?: number | undefined;
  /** See the mission's. */
  readonly signal?: string | undefined;
  /** See the mission's. */
  readonly fail_reason?: string | undefined;
  /** See the mission's. */
  readonly fail_message?: string | undefined;
  /** Absent if its process was never started. */
  readonly pid?: number | undefined;
  /** Unix milliseconds. Absent if its process was never started. */
  readonly time_started?: number | undefined;
  /** Unix milliseconds. */
  readonly time_finished: number;
}

/** A problem that did not end the mission. */
export interface MissionWarning {
  /** Human-readable description. */
  readonly message: string;
  /** Details. Absent if none were given. */
  readonly details?: JsonObject | undefined;
}

/** A process that outlived its mission. */
export interface LeftProcess {
  /** Its process id. */
  readonly pid: number;
  /** The name of the process, cut to 15 bytes by the system. */
  readonly command: string;
}

/** Processes that still ran when a mission had ended by itself. */
export interface Leftovers {
  /** `killed` in a lane with `leftovers: kill`; otherwise `left`: the processes go on. */
  readonly action: "left" | "killed";
  /** Number of processes. */
  readonly count: number;
  /** The first 16 of them. */
  readonly processes: readonly LeftProcess[];
}

const STATUSES = ["queued", "running", "done", "deleting"] as const;
const KINDS = ["mission", "exec"] as const;
const status = openWord<MissionStatus>(STATUSES);
const kind = openWord<MissionKind>(KINDS);

/** Fields of a mission set at its dispatch. Times are Unix milliseconds. */
export interface EnqueuedFields {
  /** UUIDv7 of the mission or exec. Chosen by the client, for a restart by the dugdale. */
  readonly missionId: string;
  /** Determines who may see it: a dispatch token missions, an exec token execs, an admin token both. */
  readonly kind: MissionKind;
  /** Its lane; never changes. */
  readonly lane: string;
  /** Name of the script; `exec` for every exec, which the display name distinguishes. */
  readonly missionName: string;
  /** Shown in lists. Undefined except for execs with one. */
  readonly displayName: string | undefined;
  /** UUIDv7 that groups the execs of one fan-out. Undefined outside of one. */
  readonly groupId: string | undefined;
  /** For a mission the dispatched input, with sorted keys; for an exec the whole request. */
  readonly input: JsonValue | undefined;
  /** Digest of everything that identifies a dispatch. */
  readonly inputFingerprint: string;
  /** When the dispatch, exec or restart was accepted. */
  readonly createdMs: number;
  /** Maximum run time of the process. Undefined or 0: no limit. */
  readonly timeoutMs: number | undefined;
  /** Identifies the work. Undefined if not specified. */
  readonly key: string | undefined;
  /** The mission of which this is a restart. Undefined if it is not a restart, or that mission has been removed. */
  readonly restartedFrom: string | undefined;
}

/** Fields of a mission set at its pickup. */
export interface StartedFields {
  /** 0 between pickup and start; stays 0 if the process was never started. */
  readonly pid: number;
  /** Time of the pickup by the lane, then of the start of the process. */
  readonly startedMs: number;
}

/** Fields of a mission set at its end. */
export interface EndedFields {
  /** Everything other than `success` is a failure. */
  readonly outcome: OutcomeKind;
  /** The exit status of the process; −1 when a signal ended it, 0 when none was started. */
  readonly exitCode: number;
  /** Such as `KILL`, or a number if it has no name. Undefined when the process exited. */
  readonly signal: string | undefined;
  /**
   * Machine-readable reason: the mission's own, or the dugdale's, such as `killed_by_api`. Undefined after a success.
   */
  readonly failReason: string | undefined;
  /** Human-readable reason. */
  readonly failMessage: string | undefined;
  /** Details given by the mission or the dugdale. */
  readonly failDetails: JsonObject | undefined;
  /** Return value of a successful mission. Undefined if it returned nothing. */
  readonly return: JsonObject | undefined;
  /** When the end was recorded. */
  readonly finishedMs: number;
  /** Whether output was dropped because it exceeded the limit. Some dugdales never report it. */
  readonly truncatedStdout: boolean;
  /** As `truncatedStdout`. */
  readonly truncatedStderr: boolean;
  /** Processes that still ran when it had ended by itself. Undefined if none were seen. */
  readonly leftovers: Leftovers | undefined;
}

/** `Fields` that are undefined until they are known; booleans are false until then. */
export type Eventually<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends boolean ? Fields[Name] : Fields[Name] | undefined;
};

/**
 * All information about a mission, by TypeScript names. A new field is a member here, or of one of the three interfaces
 * that this one extends, and a line of {@linkcode MISSION_FIELDS}.
 */
export interface MissionFields extends EnqueuedFields, Eventually<StartedFields>, Eventually<EndedFields> {
  /** Never goes back, except for another attempt; a restart creates a new mission. */
  readonly status: MissionStatus;
  /** Priority. Undefined for `normal`. */
  readonly priority: Priority | undefined;
  /** Earliest start. Undefined once that time has come, and for missions without one. */
  readonly runAtMs: number | undefined;
  /** Which missions with the same key prevented the dispatch. Undefined if not requested. */
  readonly unique: UniqueRule | undefined;
  /** Whether it runs only while no other serial mission with its key does. Undefined for no. */
  readonly serial: boolean | undefined;
  /** The mission queued after a success. Undefined if there is none. */
  readonly onSuccess: SuccessorBody | undefined;
  /** The mission queued after any other outcome. Undefined if there is none. */
  readonly onFailure: SuccessorBody | undefined;
  /** Labels to search by. Undefined if there are none. */
  readonly tags: readonly string[] | undefined;
  /** The person or system that it belongs to. Undefined if not specified. */
  readonly owner: string | undefined;
  /** The hook that its dispatch named. Undefined when it named none. */
  readonly notify: string | undefined;
  /** Number of the current run, from 1. Undefined: the first. */
  readonly attempt: number | undefined;
  /** Its earlier runs. Undefined if there are none. */
  readonly attempts: readonly AttemptRecord[] | undefined;
  /** Retry rule of its dispatch. Undefined: the lane's rule applies. */
  readonly retry: RetryRule | undefined;
  /** Notes of the mission, for people. Undefined if there are none. */
  readonly notes: readonly string[] | undefined;
  /** Problems that did not end it. Undefined if there are none. */
  readonly warnings: readonly MissionWarning[] | undefined;
  /** Facts given by the mission, for programs. Undefined if there are none. */
  readonly meta: JsonObject | undefined;
  /** The current or last named state. Undefined if there is none. */
  readonly state: string | undefined;
  /** All named states, in order. Undefined if there are none. */
  readonly states: readonly string[] | undefined;
  /** Number of dropped notes, warnings, states and groups of facts. Undefined for none. */
  readonly saidDropped: number | undefined;
  /** From start to end in milliseconds. Undefined unless both are known. */
  readonly durationMs: number | undefined;
  /** Input files. Removed files are omitted. */
  readonly inputs: readonly InputFile[];
  /** Output files by role. Empty unless it was a success. */
  readonly outputs: Readonly<Record<string, OutputFile>>;
  /** Name of the schedule that created it. Undefined if none did. */
  readonly schedule: string | undefined;
  /** The time of the schedule for which it was created, without jitter, in Unix milliseconds. */
  readonly scheduledFor: number | undefined;
}

/** `missionId` as `mission_id`. */
export type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** The wire name of a field: `timeoutMs` is `timeout_ms`, but `createdMs` is `time_created`. */
export type WireName<Name extends string> = Name extends
  `${infer Moment extends "created" | "started" | "finished"}Ms` ? `time_${Moment}`
  : Name extends "runAtMs" ? "run_at"
  : SnakeCase<Name>;

/**
 * Fields as they are sent: by wire name, and absent if undefined. An object that a mission set to `null` is sent as
 * null.
 */
export type Sent<Fields> =
  & {
    readonly [Name in keyof Fields & string as undefined extends Fields[Name] ? never : WireName<Name>]:
      Fields[Name];
  }
  & {
    readonly [Name in keyof Fields & string as undefined extends Fields[Name] ? WireName<Name> : never]?:
      JsonObject extends Fields[Name] ? Fields[Name] | null : Fields[Name];
  };

/** A mission as a dugdale sends it: {@linkcode MissionFields} by wire name. */
export interface MissionRecord extends Sent<MissionFields> {}

/** The fields computed when a record is read. */
type DerivedName =
  | "durationMs"
  | "inputs"
  | "outputs"
  | "schedule"
  | "scheduledFor"
  | "priority"
  | "unique"
  | "serial"
  | "onSuccess"
  | "onFailure"
  | "tags"
  | "owner"
  | "notify"
  | "attempt"
  | "attempts"
  | "retry"
  | "notes"
  | "warnings"
  | "meta"
  | "state"
  | "states"
  | "saidDropped";
/** Storage of a column: `flag` as 0 or 1, `json` as the text that was sent, so that numbers keep their digits. */
export type ColumnKind = "text" | "integer" | "flag" | "json";
/** The column of a field in the dugdale's table `missions`. */
export type ColumnName<Name extends string> = Name extends "return" ? "return_value" : WireName<Name>;

/**
 * Fields as a dugdale stores them: JSON as the text that was sent, and null for undefined. There is always an input, at
 * least the text `null`.
 */
export type Stored<Fields> = {
  readonly [Name in keyof Fields]: Name extends "input" ? string
    : JsonObject extends Fields[Name] ? string | null
    : Leftovers extends Fields[Name] ? string | null
    : undefined extends Fields[Name] ? Exclude<Fields[Name], undefined> | null
    : Fields[Name];
};

/** Fields as columns of the table `missions`. */
export type Columns<Fields> = {
  readonly [Name in Exclude<keyof Fields & string, DerivedName> as ColumnName<Name>]:
    Stored<Fields>[Name] extends boolean ? 0 | 1 : Stored<Fields>[Name];
};

/** When a field is set: `change` repeatedly, `read` whenever a record is read. */
type SetOf<Name> = Name extends keyof EnqueuedFields ? "enqueue"
  : Name extends keyof StartedFields ? "start"
  : Name extends keyof EndedFields ? "end"
  : Name extends DerivedName ? "read"
  : "change";

/** The description of a field, in addition to its type. */
export interface MissionField<Name extends keyof MissionFields = keyof MissionFields> {
  /** Its wire name. */
  readonly wire: WireName<Name>;
  /** Its schema in a record. */
  readonly schema: v.GenericSchema<unknown, MissionRecord[WireName<Name> & keyof MissionRecord]>;
  /** When it is set: `change` with each state, `read` whenever a record is read. */
  readonly set: SetOf<Name>;
  /** Its column of the table `missions`; undefined if it has none. */
  readonly column: Name extends DerivedName ? undefined : ColumnName<Name>;
  /** Storage of the column; undefined if it has none. */
  readonly kind: Name extends DerivedName ? undefined : ColumnKind;
}

/** The body of `POST /v1/dispatch`. */
export interface DispatchBody extends DispatchAdditions {
  /** Name of the script. */
  readonly mission: string;
  /** A lane of the dugdale. */
  readonly lane: string;
  /** Any JSON; absent means `null`. */
  readonly input?: JsonValue | undefined;
  /** Uploaded files by their role in the mission. Default none. */
  readonly files?: readonly { readonly role: string; readonly staging_id: string }[] | undefined;
  /** A duration as in {@linkcode parseDuration}, counted from the start of the process. */
  readonly timeout?: string | undefined;
}

/** The members of a {@linkcode DispatchBody}. */
export const dispatchEntries: {
  readonly [Name in keyof DispatchBody]-?: v.GenericSchema<unknown, DispatchBody[Name]>;
} = {
  mission: nameOf(MISSION_NAME),
  lane: nameOf(LANE_NAME),
  input: v.optional(v.pipe(v.any(), v.description("Any JSON; absent is `null`"))),
  files: v.optional(v.array(v.object({ role: nameOf(FILE_ROLE), staging_id: stagingId }))),
  timeout: v.optional(timeout),
  ...dispatchAdditions,
};

/** Checks a {@linkcode DispatchBody}. */
export const dispatchBody: v.GenericSchema<unknown, DispatchBody> = v.object(dispatchEntries);

/** The answer to an accepted or repeated dispatch. */
export interface DispatchReply {
  /** The id that was sent, unless it was deduplicated. */
  readonly mission_id: string;
  /** `queued` for a new mission; for a repeat, the status of the first one. */
  readonly status: MissionStatus;
  /**
   * True if nothing was started because a mission with the same key exists, whose id is `mission_id`. Absent otherwise.
   */
  readonly deduplicated?: boolean | undefined;
  /** The features that the dispatch used and this dugdale supports. Absent if it used none. */
  readonly features_used?: readonly string[] | undefined;
}

/** Maximum number of missions in a batch. */
export const BATCH_MAX = 1000;

/** A mission of a {@linkcode BatchBody}: a dispatch with the id that a single one has in its header. */
export interface BatchEntry extends DispatchBody {
  /** UUIDv7. A repeat with it is the same dispatch. */
  readonly mission_id: string;
}

/** The body of `POST /v1/dispatch/batch`. */
export interface BatchBody {
  /** 1 to {@linkcode BATCH_MAX}. */
  readonly missions: readonly BatchEntry[];
}

/** Checks a {@linkcode BatchEntry}. */
export const batchEntry: v.GenericSchema<unknown, BatchEntry> = v.object({
  mission_id: missionId,
  ...dispatchEntries,
});

/** Checks a {@linkcode BatchBody}. */
export const batchBody: v.GenericSchema<unknown, BatchBody> = v.object({
  missions: v.pipe(v.array(batchEntry), v.minLength(1), v.maxLength(BATCH_MAX)),
});

/** The result for one mission of a batch: the answer to a single dispatch of it. */
export interface BatchItem {
  /** The id that was sent, unless it was deduplicated. */
  readonly mission_id: string;
  /** Whether it was accepted; others may differ. */
  readonly ok: boolean;
  /** As of {@linkcode DispatchReply}. */
  readonly deduplicated?: boolean | undefined;
  /** `queued` for a new mission; for a repeat, the status of the first one. Absent unless `ok`. */
  readonly status?: MissionStatus | undefined;
  /** As of {@linkcode DispatchReply}. */
  readonly features_used?: readonly string[] | undefined;
  /** Code of the failure. Absent when `ok`. */
  readonly error?: string | undefined;
  /** Human-readable failure. */
  readonly message?: string | undefined;
  /** Details of the failure. Absent if there are none. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
}

/** The answer to a batch. */
export interface BatchReply {
  /** One for each mission, in the order of the request. */
  readonly results: readonly BatchItem[];
}

/** One page of missions. */
export interface MissionPage {
  /** Newest first, by creation or by end as requested. */
  readonly missions: readonly MissionRecord[];
  /** Absent on the last page. */
  readonly next_cursor?: string | undefined;
}

const jsonObject = v.nullish(v.record(v.string(), v.any()));

/** Checks an {@linkcode OutputFile}. */
export const outputFile: v.GenericSchema<unknown, OutputFile> = v.object({
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
});

/** Checks an {@linkcode InputFile}. */
export const inputFile: v.GenericSchema<unknown, InputFile> = v.object({
  role: v.string(),
  staging_id: v.string(),
  sha256: v.string(),
  size: v.number(),
});

const text = v.optional(v.string());
const number = v.optional(v.number());

function stored<Wire extends string, Set extends string, Schema>(
  wire: Wire,
  set: Set,
  kind: ColumnKind,
  schema: Schema,
) {
  return { wire, set, kind, schema, column: wire };
}

function derived<Wire extends string, Schema>(wire: Wire, schema: Schema) {
  return { wire, set: "read", kind: undefined, schema, column: undefined } as const;
}

const attemptRecord: v.GenericSchema<unknown, AttemptRecord> = v.object({
  attempt: v.number(),
  outcome: openWord<OutcomeKind>(OUTCOMES),
  exit_code: number,
  signal: text,
  fail_reason: text,
  fail_message: text,
  pid: number,
  time_started: number,
  time_finished: v.number(),
});

/** Checks {@linkcode Leftovers}. */
export const leftovers: v.GenericSchema<unknown, Leftovers> = v.object({
  action: openWord<Leftovers["action"]>(["left", "killed"]),
  count: v.number(),
  processes: v.array(v.object({ pid: v.number(), command: v.string() })),
});

const missionWarning: v.GenericSchema<unknown, MissionWarning> = v.object({
  message: v.string(),
  details: v.optional(v.record(v.string(), v.any())),
});

/**
 * Every field of the record, in sending order. A record that lacks a required field is accepted: a single odd mission
 * must not make a whole list unreadable.
 */
export const MISSION_FIELDS: { readonly [Name in keyof MissionFields]: MissionField<Name> } = {
  missionId: stored("mission_id", "enqueue", "text", v.string()),
  kind: stored("kind", "enqueue", "text", v.fallback(kind, "mission")),
  lane: stored("lane", "enqueue", "text", v.fallback(v.string(), "")),
  missionName: stored("mission_name", "enqueue", "text", v.fallback(v.string(), "")),
  displayName: stored("display_name", "enqueue", "text", text),
  groupId: stored("group_id", "enqueue", "text", text),
  status: stored("status", "change", "text", status),
  outcome: stored("outcome", "end", "text", v.optional(openWord(OUTCOMES))),
  exitCode: stored("exit_code", "end", "integer", number),
  signal: stored("signal", "end", "text", text),
  failReason: stored("fail_reason", "end", "text", text),
  failMessage: stored("fail_message", "end", "text", text),
  failDetails: stored("fail_details", "end", "json", jsonObject),
  return: { ...stored("return", "end", "json", jsonObject), column: "return_value" },
  input: stored("input", "enqueue", "json", v.optional(v.any())),
  inputFingerprint: stored("input_fingerprint", "enqueue", "text", v.fallback(v.string(), "")),
  pid: stored("pid", "start", "integer", number),
  createdMs: stored("time_created", "enqueue", "integer", v.fallback(v.number(), 0)),
  startedMs: stored("time_started", "start", "integer", number),
  finishedMs: stored("time_finished", "end", "integer", number),
  durationMs: derived("duration_ms", number),
  timeoutMs: stored("timeout_ms", "enqueue", "integer", number),
  priority: derived("priority", v.optional(openWord(PRIORITIES))),
  runAtMs: stored("run_at", "change", "integer", number),
  key: stored("key", "enqueue", "text", text),
  unique: derived("unique", v.optional(v.picklist(UNIQUE_RULES))),
  serial: derived("serial", v.optional(v.boolean())),
  onSuccess: derived("on_success", v.optional(successorBody)),
  onFailure: derived("on_failure", v.optional(successorBody)),
  tags: derived("tags", v.optional(v.array(v.string()))),
  owner: derived("owner", text),
  notify: derived("notify", text),
  truncatedStdout: stored("truncated_stdout", "end", "flag", v.fallback(v.boolean(), false)),
  truncatedStderr: stored("truncated_stderr", "end", "flag", v.fallback(v.boolean(), false)),
  leftovers: stored("leftovers", "end", "json", v.optional(leftovers)),
  restartedFrom: stored("restarted_from", "enqueue", "text", text),
  attempt: derived("attempt", number),
  attempts: derived("attempts", v.optional(v.array(attemptRecord))),
  // A newer dugdale may send more members.
  retry: derived("retry", v.optional(v.any())),
  notes: derived("notes", v.optional(v.array(v.string()))),
  warnings: derived("warnings", v.optional(v.array(missionWarning))),
  meta: derived("meta", jsonObject),
  state: derived("state", text),
  states: derived("states", v.optional(v.array(v.string()))),
  saidDropped: derived("said_dropped", number),
  inputs: derived("inputs", v.fallback(v.array(inputFile), [])),
  outputs: derived("outputs", v.fallback(v.record(v.string(), outputFile), {})),
  schedule: derived("schedule", text),
  scheduledFor: derived("scheduled_for", number),
};

/** Schema of a {@linkcode MissionRecord}; unknown keys are dropped. */
export const missionRecord: v.GenericSchema<unknown, MissionRecord> = v.object(
  Object.fromEntries(Object.values(MISSION_FIELDS).map(({ wire, schema }) => [wire, schema])) as {
    [Name in keyof MissionFields as WireName<Name>]: MissionField<Name>["schema"];
  },
);

/** A record by TypeScript names. */
export function toMissionFields(record: MissionRecord): MissionFields {
  const sent = record as unknown as Readonly<Record<string, unknown>>;
  const fields = Object.entries(MISSION_FIELDS).map(([name, { wire }]) => [
    name,
    // `null` is an input like any other.
    name === "input" ? sent[wire] : sent[wire] ?? undefined,
  ]);
  return Object.fromEntries(fields) as MissionFields; // the table has a line for each of its members
}

/** Checks a {@linkcode DispatchReply}. */
export const dispatchReply: v.GenericSchema<unknown, DispatchReply> = v.object({
  mission_id: v.string(),
  status,
  deduplicated: v.optional(v.boolean()),
  features_used: v.optional(v.array(v.string())),
});

/** Checks a {@linkcode BatchReply}. */
export const batchReply: v.GenericSchema<unknown, BatchReply> = v.object({
  results: v.array(v.object({
    mission_id: v.string(),
    ok: v.boolean(),
    status: v.optional(status),
    deduplicated: v.optional(v.boolean()),
    features_used: v.optional(v.array(v.string())),
    error: v.optional(v.string()),
    message: v.optional(v.string()),
    details: v.optional(v.record(v.string(), v.any())),
  })),
});

/** Checks a {@linkcode MissionPage}. */
export const missionPage: v.GenericSchema<unknown, MissionPage> = v.object({
  missions: v.array(missionRecord),
  next_cursor: v.optional(v.string()),
});

/** The query of `GET /v1/missions`. All conditions must hold. */
export interface MissionsQuery {
  /** Default: all statuses except deleting. */
  readonly status?: string | undefined;
  /** One outcome, or several separated by commas. */
  readonly outcome?: string | undefined;
  /** Fail reason, exact match. */
  readonly fail_reason?: string | undefined;
  /** Lane, exact match. */
  readonly lane?: string | undefined;
  /** Missions or execs. Default both. */
  readonly kind?: string | undefined;
  /** Group of execs. */
  readonly group_id?: string | undefined;
  /** A part of the mission's name; ASCII letters are case-insensitive. */
  readonly mission?: string | undefined;
  /** The start of the mission's name; ASCII letters are case-insensitive. */
  readonly mission_prefix?: string | undefined;
  /** Newest first by creation (default) or by end; the latter lists finished missions only. */
  readonly order?: "created" | "finished" | undefined;
  /** Created at this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Created before this Unix millisecond. */
  readonly until?: number | undefined;
  /** Missions in a page, at most 1000. Default 100. */
  readonly limit?: number | undefined;
  /** The `next_cursor` of the previous page. */
  readonly cursor?: string | undefined;
}

const moment = (description: string) => v.optional(integer("Unix milliseconds", description));

/** Checks a {@linkcode MissionsQuery}. */
export const missionsQuery: ObjectShape<MissionsQuery> = v.object({
  status: v.optional(filter("Without it all but `deleting`", STATUSES)),
  outcome: v.optional(filter("How the mission ended; several with commas between", OUTCOMES)),
  lane: v.optional(filter("The lane of the mission")),
  kind: v.optional(filter("Mission or exec", KINDS)),
  group_id: v.optional(filter("The group that execs were sent with")),
  mission: v.optional(filter("A part of the name; ASCII letters in any case")),
  mission_prefix: v.optional(filter("The beginning of the name; ASCII letters in any case")),
  fail_reason: v.optional(filter("The word of the failure")),
  order: v.optional(
    oneOf(["created", "finished"], "created or finished", "By creation (default) or by end, newest first"),
  ),
  since: moment("Created then or later, in Unix milliseconds"),
  until: moment("Created before, in Unix milliseconds"),
  limit: v.optional(limit),
  cursor: v.optional(cursor),
});

/** The query of `GET /v1/missions/:id/events`. */
export interface EventsQuery {
  /** Only events with a higher `seq`. Default all. */
  readonly from?: number | undefined;
  /** Continue until the mission is done. Default false. */
  readonly follow?: boolean | undefined;
}

const follow = v.optional(flag("Goes on until the mission is done"));

/** Checks an {@linkcode EventsQuery}. */
export const eventsQuery: ObjectShape<EventsQuery> = v.object({
  from: v.optional(integer("an integer", "Only events with a higher `seq`")),
  follow,
});

/** Captured output: one of the two streams, or both in order as one JSON object on each line. */
export type OutputStream = "stdout" | "stderr" | "combined";

/** The query of `GET /v1/missions/:id/output`. */
export interface OutputQuery {
  /** Only the output of this attempt, from 1. Default: of all attempts, one after the other. */
  readonly attempt?: number | undefined;
  /** Which stream. */
  readonly stream: OutputStream;
  /** Continue until the mission is done. Default false. */
  readonly follow?: boolean | undefined;
}

/** Checks an {@linkcode OutputQuery}. */
export const outputQuery: ObjectShape<OutputQuery> = v.object({
  stream: oneOf(["stdout", "stderr", "combined"], "stdout, stderr or combined", "Which one"),
  attempt: v.optional(
    integer("a positive integer", "Only what this attempt has printed, from 1", { min: 1 }),
  ),
  follow,
});

/** The query of `GET /v1/missions/:id/log`. */
export interface LogQuery {
  /** Goes on until the mission is done. Default false. */
  readonly follow?: boolean | undefined;
}

/** Checks a {@linkcode LogQuery}. */
export const logQuery: ObjectShape<LogQuery> = v.object({ follow });

/** A line of a mission's own log. */
export interface MissionLogLine {
  /** Unix milliseconds. */
  readonly time: number;
  /** How much it matters. */
  readonly level: LogLevel;
  /** What it says. */
  readonly message: string;
  /** Facts beside it. Absent when there are none. */
  readonly fields?: JsonObject | undefined;
}

/** Checks a {@linkcode MissionLogLine}. */
export const missionLogLine: v.GenericSchema<unknown, MissionLogLine> = v.object({
  time: v.number(),
  level: openWord(LOG_LEVELS),
  message: v.string(),
  fields: v.optional(v.record(v.string(), v.any())),
});

/** The query of a delete. */
export interface DeleteQuery {
  /** End a running mission first. Default false. */
  readonly force?: boolean | undefined;
}

/** Checks the {@linkcode DeleteQuery} of a mission. */
export const deleteQuery: ObjectShape<DeleteQuery> = v.object({
  force: v.optional(flag("Ends a running mission first")),
});

/** The answer to a restart. */
export interface RestartReply {
  /** Id of the new mission. */
  readonly mission_id: string;
  /** The restarted mission. */
  readonly restarted_from: string;
  /** Always `queued`: use `getMission` for the current status. */
  readonly status: MissionStatus;
}

/** Checks a {@linkcode RestartReply}. */
export const restartReply: v.GenericSchema<unknown, RestartReply> = v.object({
  mission_id: v.string(),
  restarted_from: v.string(),
  status,
});

/** The answer to `run-now`. */
export interface RunNowReply {
  /** `queued` if its lane has no free slot yet, otherwise `running`. */
  readonly status: "queued" | "running";
}

/** Checks a {@linkcode RunNowReply}. */
export const runNowReply: v.GenericSchema<unknown, RunNowReply> = v.object({
  status: openWord(["queued", "running"]),
});

/** The answer to a kill: a queued mission is `killed` immediately, a running one gets a signal. */
export interface KillReply {
  /** `kill_sent` does not wait for the process to end, and it may end in another way first. */
  readonly status: "killed" | "kill_sent";
}

/** Checks a {@linkcode KillReply}. */
export const killReply: v.GenericSchema<unknown, KillReply> = v.object({
  status: openWord(["killed", "kill_sent"]),
});

/** The answer to a delete: the row and its files are removed by the next sweep. */
export interface DeleteReply {
  /** The mission can no longer be read, although its files may still exist. */
  readonly status: "deletion_pending";
}

/** Checks a {@linkcode DeleteReply}. */
export const deleteReply: v.GenericSchema<unknown, DeleteReply> = v.object({
  status: v.literal("deletion_pending"),
});

/** The body of a bulk restart. */
export interface BulkBody {
  /** The missions, 1 to {@linkcode BULK_MAX}. */
  readonly ids: readonly string[];
}

/** The body of a bulk restart. */
export interface BulkRestartBody extends BulkBody {
  /** Members of the input to replace; the input must be an object or absent. Default none. */
  readonly set?: JsonObject | undefined;
}

/** The body of a bulk delete. */
export interface BulkDeleteBody extends BulkBody {
  /** End running ones first. Default false. */
  readonly force?: boolean | undefined;
}

/** Maximum number of missions in a bulk request. */
export const BULK_MAX = 1000;
const ids = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(BULK_MAX));

/** Checks a {@linkcode BulkRestartBody}. */
export const bulkRestartBody: v.GenericSchema<unknown, BulkRestartBody> = v.object({
  ids,
  set: v.optional(v.record(v.string(), v.any())),
});

/** Checks a {@linkcode BulkDeleteBody}. */
export const bulkDeleteBody: v.GenericSchema<unknown, BulkDeleteBody> = v.object({
  ids,
  force: v.optional(flag("Ends running ones first")),
});

/** One item of a bulk answer, in the order of the request. */
export interface BulkItem {
  /** The mission concerned. */
  readonly id: string;
  /** Whether it was restarted or deleted; the result of others may differ. */
  readonly ok: boolean;
  /** Id of the new mission after a restart. */
  readonly mission_id?: string | undefined;
  /** `deletion_pending` after a delete. */
  readonly status?: string | undefined;
  /** Code of the failure, without a message. Absent when `ok`. */
  readonly error?: string | undefined;
  /** Details of the failure, as for a single call. Absent if there are none. */
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
