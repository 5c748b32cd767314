/**
 * A mission's row as JSON text: the record and the lines of its event stream. Values of the mission itself are inserted
 * as they were sent, so that 64-bit integers keep their digits.
 *
 * @module
 */
import { PRIORITIES } from "../../protocol/dispatch_options.ts";
import { type ColumnKind, MISSION_FIELDS } from "../../protocol/mission.ts";
import type {
  AttemptRow,
  DoneMission,
  Ending,
  MissionFileRow,
  MissionPlan,
  MissionRow,
  Successor,
} from "./mission_row.ts";
import type { Scheduled } from "./schedules.ts";
import type { ToldRow } from "./told.ts";

/** The number of the first line about the start of a process; that of a further attempt is in its row. */
export const FIRST_RUNNING_SEQ = 2;

/** A process was started. */
export interface ProcessStart {
  readonly pid: number;
  readonly startedMs: number;
}

type Member = readonly [name: string, json: string | number | undefined | null];

function object(members: readonly Member[]): string {
  let text = "";
  for (const [name, json] of members) {
    if (json !== undefined && json !== null) text += `${text === "" ? "" : ","}"${name}":${json}`;
  }
  return `{${text}}`;
}

function quoted(text: string | null): string | null {
  return text === null ? null : JSON.stringify(text);
}

function outputs(files: readonly MissionFileRow[]): string {
  return object(
    files.filter((file) => file.ref_kind === "output").map((file) => [
      file.role,
      object([["staging_id", quoted(file.staging_id)], ["sha256", quoted(file.sha256)], ["size", file.size]]),
    ]),
  );
}

function inputs(files: readonly MissionFileRow[]): string {
  const items = files.filter((file) => file.ref_kind === "input").map((file) =>
    object([
      ["role", quoted(file.role)],
      ["staging_id", quoted(file.staging_id)],
      ["sha256", quoted(file.sha256)],
      ["size", file.size],
    ])
  );
  return `[${items.join()}]`;
}

const NORMAL = PRIORITIES.indexOf("normal");

/** A field of the record and how its column is formatted; a field without a column comes from elsewhere. */
const RECORD = Object.values(MISSION_FIELDS);

/** The parts of a record from other rows than the mission's own. */
export interface RecordParts {
  readonly files: readonly MissionFileRow[];
  /** Whether the mission from which it was restarted still exists. */
  readonly originExists: boolean;
  readonly plan: MissionPlan | undefined;
  /** Those before the current one. */
  readonly attempts: readonly AttemptRow[];
  /** The schedule that created it, if any. */
  readonly scheduled: Scheduled | undefined;
  /** What it has said on its way. */
  readonly told: ToldRow | undefined;
}

/** The mission record. */
export function recordJson(
  row: MissionRow,
  { files, originExists, plan, attempts, scheduled, told }: RecordParts,
): string {
  const columns = row as unknown as Readonly<Record<string, string | number | null>>;
  return object(RECORD.map(({ wire, column, kind }): Member => {
    switch (wire) {
      case "duration_ms":
        return [wire, duration(columns)];
      case "inputs":
        return [wire, inputs(files)];
      case "outputs":
        return [wire, outputs(files)];
      case "schedule":
        return [wire, quoted(scheduled?.schedule ?? null)];
      case "scheduled_for":
        return [wire, scheduled?.fire_at];
      case "restarted_from":
        return [wire, originExists ? quoted(row.restarted_from) : null];
      case "priority":
        return [wire, row.class === NORMAL ? null : quoted(PRIORITIES[row.class] ?? null)];
      case "unique":
        return [wire, quoted(plan?.unique ?? null)];
      case "serial":
        return [wire, row.serial === 1 ? "true" : null];
      case "on_success":
        return [wire, successorJson(plan?.onSuccess)];
      case "on_failure":
        return [wire, successorJson(plan?.onFailure)];
      case "tags":
        return [wire, plan?.tags === undefined ? null : JSON.stringify(plan.tags)];
      case "attempt":
        return [wire, row.attempt > 1 || plan?.retry !== undefined ? row.attempt : null];
      case "attempts":
        return [wire, attempts.length === 0 ? null : `[${attempts.map(attemptJson).join()}]`];
      case "retry":
        return [wire, plan?.retry === undefined ? null : JSON.stringify(plan.retry)];
      case "owner":
        return [wire, quoted(plan?.owner ?? null)];
      case "notify":
        return [wire, quoted(plan?.notify ?? null)];
      case "notes":
      case "warnings":
      case "meta":
      case "states":
        return [wire, told?.[wire]];
      case "state":
        return [wire, quoted(told?.state ?? null)];
      case "said_dropped":
        return [wire, told?.dropped || null];
      default:
        return [wire, column === undefined ? null : columnJson(columns[column] ?? null, kind)];
    }
  }));
}

function successorJson(successor: Successor | undefined): string | null {
  if (successor === undefined) return null;
  const { mission, lane = null, input } = successor;
  return object([["mission", quoted(mission)], ["lane", quoted(lane)], ["input", input]]);
}

function attemptJson(row: AttemptRow): string {
  return object([
    ["attempt", row.n],
    ["outcome", quoted(row.outcome)],
    ["exit_code", row.exit_code],
    ["signal", quoted(row.signal)],
    ["fail_reason", quoted(row.fail_reason)],
    ["fail_message", quoted(row.fail_message)],
    ["pid", row.pid],
    ["time_started", row.time_started],
    ["time_finished", row.time_finished],
  ]);
}

function columnJson(value: string | number | null, kind: ColumnKind | undefined): string | number | null {
  if (kind === "flag") return String(value === 1);
  return kind === "text" && typeof value === "string" ? quoted(value) : value;
}

function duration(
  { time_started: started, time_finished: finished }: Readonly<Record<string, unknown>>,
): number | null {
  return typeof started === "number" && typeof finished === "number" ? finished - started : null;
}

/** The first line of every mission. */
export function queuedLine(row: MissionRow): string {
  const restarted = row.restarted_from !== null;
  return object([
    ["event", '"queued"'],
    ["seq", 1],
    ["mission_id", quoted(row.mission_id)],
    ["time_created", row.time_created],
    ["restarted_from", quoted(row.restarted_from)],
    ["lane", restarted ? null : quoted(row.lane)],
    ["mission", restarted || row.kind === "exec" ? null : quoted(row.mission_name)],
  ]);
}

/** The number of the line about the start of the process, in the mission's current attempt. */
export function runningSeq({ running_seq }: Pick<MissionRow, "running_seq">): number {
  return running_seq ?? FIRST_RUNNING_SEQ;
}

/** The line about the start of the process. */
export function runningLine(row: Pick<MissionRow, "running_seq">, start: ProcessStart): string {
  return object([
    ["event", '"running"'],
    ["seq", runningSeq(row)],
    ["time", start.startedMs],
    ["pid", start.pid],
    ["time_started", start.startedMs],
  ]);
}

/** The line about the end of an attempt that is not the last. */
export function attemptLine(
  seq: number,
  attempt: number,
  { ending, nowMs, runAtMs }: { readonly ending: Ending; readonly nowMs: number; readonly runAtMs: number },
): string {
  return object([
    ["event", '"attempt"'],
    ["seq", seq],
    ["time", nowMs],
    ["attempt", attempt],
    ["outcome", quoted(ending.outcome)],
    ["fail_reason", quoted(ending.failReason)],
    ["leftovers", ending.leftovers],
    ["next_attempt_at", runAtMs],
  ]);
}

/** A progress line. `value` is JSON text. */
export function progressLine(
  seq: number,
  timeMs: number,
  value: string | undefined,
  message: string,
): string {
  return object([
    ["event", '"progress"'],
    ["seq", seq],
    ["time", timeMs],
    ["value", value],
    ["message", message === "" ? null : JSON.stringify(message)],
  ]);
}

/** A line of what a mission says on its way. `details` is JSON text. */
export function saidLine(
  seq: number,
  timeMs: number,
  { event, text, details }: {
    readonly event: "note" | "warning" | "state";
    readonly text: string;
    readonly details?: string | null;
  },
): string {
  return object([
    ["event", quoted(event)],
    ["seq", seq],
    ["time", timeMs],
    ["text", quoted(text)],
    ["details", details],
  ]);
}

/** The last line of a finished mission. */
export function doneLine(row: DoneMission, files: readonly MissionFileRow[]): string {
  const outputFiles = outputs(files);
  return object([
    ["event", '"done"'],
    ["seq", row.done_seq],
    ["time_finished", row.time_finished],
    ["outcome", quoted(row.outcome)],
    ["exit_code", row.exit_code],
    [
      "duration_ms",
      hasDuration(row) && row.time_started !== null ? row.time_finished - row.time_started : null,
    ],
    ["signal", quoted(row.signal)],
    ["return", row.return_value],
    ["fail_reason", quoted(row.fail_reason)],
    ["fail_message", quoted(row.fail_message)],
    ["fail_details", row.fail_details],
    ["outputs", outputFiles === "{}" ? null : outputFiles],
    ["progress_dropped", row.progress_dropped || null],
    ["leftovers", row.leftovers],
  ]);
}

/** A mission has a run time if it had a process, or if it is unknown whether it had one. */
function hasDuration(row: DoneMission): boolean {
  if (row.fail_reason === "output_commit_failed" || row.fail_reason === "output_commit_corrupt") return false;
  return hadProcess(row) || row.outcome === "lost";
}

/** Whether the current or last attempt had a process. */
export function hadProcess({ pid }: { readonly pid: number | null }): boolean {
  return pid !== null && pid > 0;
}
