/**
 * The results of a fan-out: blocks for people, rows for programs, and one error.
 *
 * @module
 */
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { MissionEndError } from "../../errors.ts";
import { errorRow } from "../../output/error_row.ts";
import { shortText } from "../../output/error_text.ts";
import type { Io } from "../../output/io.ts";
import { jsonText } from "../../output/json.ts";
import type { BufferedIo } from "../../output/memory_writer.ts";
import { writeJson } from "../../output/record.ts";
import type { MissionEnd } from "./mission_end.ts";

/** The result of the mission on one dugdale, and its output. */
export interface HostRun {
  /** As named on the command line. */
  readonly host: string;
  /** Absent if the end is unknown. */
  readonly end: MissionEnd | undefined;
  /** Absent after a success. */
  readonly error: unknown;
  readonly printed: BufferedIo;
}

/** Prints everything about one dugdale under its name. */
export async function printText(io: Io, run: HostRun, config: LettsConfig): Promise<void> {
  const { host, error, printed } = run;
  await io.stdout.write(`== ${host} ==\n`);
  await printed.stdout.flushTo(io.stdout);
  await printStderr(io, run);
  if (error !== undefined) await io.stderr.write(`[FAIL] ${host} — ${shortText(error, config)}\n`);
}

async function printStderr(io: Io, { host, printed }: HostRun): Promise<void> {
  if (printed.stderr.isEmpty) return;
  await io.stderr.write(`== ${host} ==\n`);
  await printed.stderr.flushTo(io.stderr);
}

/** Prints one object with a row for each dugdale. */
export async function printRows(io: Io, runs: readonly HostRun[], config: LettsConfig): Promise<void> {
  for (const run of runs) await printStderr(io, run);
  await writeJson(io.stdout, { results: runs.map((run) => resultRow(run, config)) });
}

function resultRow({ host, end, error }: HostRun, config: LettsConfig): unknown {
  const { done } = end ?? {};
  return {
    host,
    ok: error === undefined,
    error: error === undefined ? undefined : shortText(error, config),
    outcome: done?.outcome,
    return: end?.returned,
    exit_code: done?.exit_code || undefined,
    signal: done?.signal || undefined,
    fail_reason: done?.fail_reason || undefined,
    fail_message: done?.fail_message || undefined,
    duration_ms: done?.duration_ms || undefined,
  };
}

/** Prints an event for each dugdale whose end is unknown. */
export async function printErrors(io: Io, runs: readonly HostRun[], config: LettsConfig): Promise<void> {
  for (const { host, end, error } of runs) {
    if (end !== undefined || error === undefined) continue;
    const event = { host, event: "error", ...errorRow(error, config) };
    await io.stdout.write(`${jsonText(event, { indent: 0 })}\n`);
  }
}

/** The error of a fan-out: the first one that is not a mission's outcome, then abnormal ends, then failed missions. */
export function fanOutError(runs: readonly HostRun[]): unknown {
  const failed = runs.filter(({ error }) => error !== undefined);
  const other = failed.find(({ error }) => !(error instanceof MissionEndError));
  if (other !== undefined) return other.error;
  const abnormal = failed.filter(({ error }) => error instanceof MissionEndError && !error.failed);
  if (abnormal.length > 0) {
    const outcome = abnormal[0]?.end?.done.outcome ?? "";
    const text = `mission did not exit normally: ${outcome} on ${names(abnormal)}`;
    return new MissionEndError(text, { failed: false });
  }
  if (failed.length === 0) return undefined;
  return new MissionEndError(`mission failed on ${names(failed)}`, { failed: true });
}

function names(runs: readonly HostRun[]): string {
  return runs.map(({ host }) => host).join(",");
}
