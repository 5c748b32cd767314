/**
 * One mission on one dugdale, from upload to output files.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import type { Logs } from "../../../client/types.ts";
import { CommandError } from "../../errors.ts";
import type { CliTarget } from "../target.ts";
import { rethrowInterruption } from "../interrupts.ts";
import type { ChosenView } from "./choose_view.ts";
import { followRun } from "./follow_run.ts";
import { endError, type MissionEnd } from "./mission_end.ts";
import { type RunPlan, withId } from "./run_plan.ts";
import { showLines } from "./view.ts";

/** Parts of a run in addition to its plan. */
export interface RunMissionOptions extends ChosenView {
  readonly signal: AbortSignal;
  /** Called before the mission is sent and after it was accepted. */
  readonly onMission: (missionId: string, accepted: boolean) => void;
  /** Called at its end, before its output files are fetched. */
  readonly onEnd?: () => void;
}

/** A finished mission, with its fetched files. */
export interface RunEnd extends MissionEnd {
  /** Undefined if not part of the result. */
  readonly logs: Logs | undefined;
}

/**
 * Sends the mission, waits, and saves the output files of a success.
 *
 * @throws {WaitTimeoutError} When the wait ends first. The mission keeps running.
 * @throws {CommandError} When the mission has no output file of a requested role.
 */
export async function runMission(
  client: LettsClient,
  { dugdale, lane }: CliTarget,
  plan: RunPlan,
  { view, showsLogs, keepsLogs, signal, onMission, onEnd }: RunMissionOptions,
): Promise<RunEnd> {
  const dispatch = withId(plan.dispatch);
  onMission(dispatch.missionId, false);
  try {
    const ref = await client.dispatch({ host: dugdale.id, lane }, { ...dispatch, signal })
      .catch(rethrowInterruption);
    onMission(ref.missionId, true);
    const end = await followRun(client, ref, {
      event: (line) => view.event(line),
      logs: showsLogs ? showLines(view) : undefined,
      waitMs: plan.waitMs,
      signal,
    });
    onEnd?.();
    const logs = keepsLogs ? await client.capturedLogs(ref, { signal }) : undefined;
    if (endError(end) === undefined) await saveOutputs(client, end, plan, { view, signal });
    return { ...end, logs };
  } finally {
    await view.close();
  }
}

async function saveOutputs(
  client: LettsClient,
  { result }: MissionEnd,
  { outputs }: RunPlan,
  { view, signal }: Pick<RunMissionOptions, "view" | "signal">,
): Promise<void> {
  for (const { key, path } of outputs) {
    if (!Object.hasOwn(result.outputFiles, key)) {
      const made = Object.keys(result.outputFiles).join(", ") || "none";
      throw new CommandError(
        `--output-file: the mission has no output ${JSON.stringify(key)}; it has ${made}`,
      );
    }
    await client.saveOutput(result, key, path, { signal });
    await view.saved(key, path, result.outputFiles[key]?.size ?? 0);
  }
}
