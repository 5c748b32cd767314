/**
 * A mission's row as JSON text: the record and the lines of its event stream. Values of the mission itself are
 * put in as they were sent, so that 64-bit integers keep their digits.
 *
 * @module
 */
import type { MissionFileRow, MissionRow } from "./mission_row.ts";

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

/** The mission record. `restartedFrom` tells whether the mission that it came from is still there. */
export function recordJson(row: MissionRow, files: readonly MissionFileRow[], originExists: boolean): string {
  const ended = row.status === "done" || row.outcome !== null;
  const both = row.time_started !== null && row.time_finished !== null;
  return object([
    ["mission_id", quoted(row.mission_id)],
    ["kind", quoted(row.kind)],
    ["lane", quoted(row.lane)],
    ["mission_name", quoted(row.mission_name)],
    ["display_name", quoted(row.display_name)],
    ["group_id", quoted(row.group_id)],
    ["status", quoted(row.status)],
    ["outcome", quoted(row.outcome)],
    ["exit_code", ended ? row.exit_code : null],
    ["signal", quoted(row.signal)],
    ["fail_reason", quoted(row.fail_reason)],
    ["fail_message", quoted(row.fail_message)],
    ["fail_details", row.fail_details],
    ["return", row.return_value],
    ["input", row.input],
    ["input_fingerprint", quoted(row.input_fingerprint)],
    ["pid", row.pid],
    ["time_created", row.time_created],
    ["time_started", row.time_started],
    ["time_finished", row.time_finished],
    ["duration_ms", both ? row.time_finished! - row.time_started! : null],
    ["timeout_ms", row.timeout_ms],
    ["truncated_stdout", String(row.truncated_stdout === 1)],
    ["truncated_stderr", String(row.truncated_stderr === 1)],
    ["restarted_from", originExists ? quoted(row.restarted_from) : null],
    ["inputs", inputs(files)],
    ["outputs", outputs(files)],
  ]);
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

/** The second line, once the process runs. */
export const RUNNING_SEQ = 2;

/** The line that tells the start of the process. */
export function runningLine(pid: number, startedMs: number): string {
  return object([
    ["event", '"running"'],
    ["seq", RUNNING_SEQ],
    ["time", startedMs],
    ["pid", pid],
    ["time_started", startedMs],
  ]);
}

/** A line of progress. `value` is JSON text. */
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

/** The last line of a mission that is done. */
export function doneLine(row: MissionRow, files: readonly MissionFileRow[]): string {
  const outputFiles = outputs(files);
  return object([
    ["event", '"done"'],
    ["seq", row.done_seq],
    ["time_finished", row.time_finished],
    ["outcome", quoted(row.outcome)],
    ["exit_code", row.exit_code],
    ["duration_ms", hasDuration(row) ? row.time_finished! - row.time_started! : null],
    ["signal", quoted(row.signal)],
    ["return", row.return_value],
    ["fail_reason", quoted(row.fail_reason)],
    ["fail_message", quoted(row.fail_message)],
    ["fail_details", row.fail_details],
    ["outputs", outputFiles === "{}" ? null : outputFiles],
    ["progress_dropped", row.progress_dropped || null],
  ]);
}

/** A mission has run for a while when there was a process, or when nobody can tell any more. */
function hasDuration(row: MissionRow): boolean {
  if (row.time_started === null || row.time_finished === null) return false;
  if (row.fail_reason === "output_commit_failed" || row.fail_reason === "output_commit_corrupt") return false;
  return (row.pid ?? 0) > 0 || row.outcome === "lost";
}
