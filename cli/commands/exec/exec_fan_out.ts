/**
 * A command on several dugdales in parallel.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { fanOut } from "../../../client/fleet.ts";
import type { RunResult } from "../../../client/types.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import { CommandError, ExecFailedError, OutputError, SilentExit, UsageError } from "../../errors.ts";
import { exitCodeOf } from "../../exit_code.ts";
import { dropRefused, type InterruptedMission } from "../run/interrupted.ts";
import type { ExecDisplay, ExecEnd } from "./displays.ts";
import type { ExecPlan } from "./exec_plan.ts";
import { endStatus, failureStatus } from "./exec_status.ts";
import { outTargets, saveAll } from "./out_targets.ts";
import { runExec } from "./run_exec.ts";

/** Parts of a fan-out. */
export interface ExecFanOutOptions {
  readonly client: LettsClient;
  readonly display: ExecDisplay;
  readonly groupId: string;
  readonly signal: AbortSignal;
  /** Tracks execs that may be running. */
  readonly running: Map<string, InterruptedMission>;
}

/**
 * Runs the command on all dugdales and displays it.
 *
 * @throws The error for the highest of the exit codes.
 */
export async function execFanOut(plan: ExecPlan, options: ExecFanOutOptions): Promise<void> {
  const { client, display, signal } = options;
  const { waitMs } = plan;
  const ends = await fanOut(
    plan.hosts,
    (dugdale, linked) => runOne(dugdale, plan, { ...options, signal: linked }),
    { concurrency: Infinity, waitMs, signal },
  );
  signal.throwIfAborted();
  const unwritten = ends.find(({ error }) => error instanceof OutputError);
  if (unwritten !== undefined) throw unwritten.error;
  const lost = await display.finish(ends);
  await saveOutputs(client, plan, ends, signal);
  const worst = worstOf(
    ends.map(({ host, end, error }) => ({
      host,
      end: end && { ...end, outputLost: end.outputLost || lost.has(host) },
      error,
    })),
  );
  if (worst !== undefined) throw worst;
}

/** Never rejects. */
async function runOne(
  dugdale: DugdaleEntry,
  plan: ExecPlan,
  { client, display, groupId, signal, running }: ExecFanOutOptions,
): Promise<ExecEnd> {
  const host = dugdale.id;
  try {
    const end = await runExec(client, dugdale, plan, {
      groupId,
      show: display.host(host),
      waitMs: undefined,
      signal,
      onExec: (exec) => running.set(host, exec),
    });
    running.delete(host);
    return { host, end, error: undefined };
  } catch (error) {
    dropRefused(running, host, error);
    return { host, end: undefined, error };
  }
}

async function saveOutputs(
  client: LettsClient,
  plan: ExecPlan,
  ends: readonly ExecEnd[],
  signal: AbortSignal,
): Promise<void> {
  const results = new Map<string, RunResult>();
  for (const { host, end } of ends) if (end?.result.success) results.set(host, end.result);
  const targets = outTargets(plan.outputs, plan.hosts.map(({ id }) => id), true);
  try {
    await saveAll(client, targets, results, signal);
  } catch (error) {
    // The command created no such file: the flag names the wrong one.
    if (error instanceof CommandError) throw new UsageError(error.message, { cause: error });
    if (exitCodeOf(error) === 2) throw error;
    throw new ExecFailedError("", { cause: error });
  }
}

/** The highest exit code is used, whatever it means: scripts rely on the number. */
function worstOf(ends: readonly ExecEnd[]): unknown {
  const codes = ends.map(({ end, error }) => end === undefined ? failureStatus(error) : endStatus(end));
  const worst = Math.max(0, ...codes);
  if (worst === 0) return undefined;
  const failed = ends.filter(({ end }) => end === undefined || end.outputLost);
  if (worst === 255) {
    return new ExecFailedError(`exec failed on ${failed.map(({ host }) => host).join(",")}`);
  }
  const own = failed.find(({ error }) => failureStatus(error) === worst);
  return own === undefined ? new SilentExit(worst) : own.error;
}
