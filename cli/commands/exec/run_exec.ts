/**
 * One command on one dugdale, from upload to end.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { Ids } from "../../../protocol/ids.ts";
import type { DispatchedRef, FollowedLine } from "../../../client/types.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import { rethrowInterruption } from "../interrupts.ts";
import { followRun } from "../run/follow_run.ts";
import type { InterruptedMission } from "../run/interrupted.ts";
import type { LogShow } from "../run/log_tails.ts";
import type { MissionEnd } from "../run/mission_end.ts";
import type { ExecPlan } from "./exec_plan.ts";

/** How one command is displayed. */
export interface ExecShow {
  readonly event: (line: FollowedLine) => Promise<void>;
  readonly logs: LogShow | undefined;
}

/** Parameters for sending a command. */
export interface SendExecOptions {
  /** Groups the execs of several dugdales. */
  readonly groupId: string | undefined;
  readonly signal: AbortSignal;
  /** Called before the command is sent and after it was accepted. */
  readonly onExec: (exec: InterruptedMission) => void;
}

/** Parameters of a command in addition to its plan. */
export interface RunExecOptions extends SendExecOptions {
  readonly show: ExecShow;
  /** Milliseconds to wait after acceptance; undefined means forever. */
  readonly waitMs: number | undefined;
}

/** Sends the command to one dugdale without waiting for its end. */
export async function sendExec(
  client: LettsClient,
  { id: host }: DugdaleEntry,
  { lane, options }: ExecPlan,
  { groupId, signal, onExec }: SendExecOptions,
): Promise<DispatchedRef> {
  // Chosen here, so that the exec can be named even if the request is never answered.
  const missionId = options.execId ?? new Ids().mission();
  const reuseFiles = options.execId === undefined;
  onExec({ host, missionId, accepted: false });
  await using handle = await client.exec(
    { host, lane },
    { ...options, execId: missionId, reuseFiles, groupId, signal },
  ).catch(rethrowInterruption);
  onExec({ host, missionId, accepted: true });
  return handle.ref;
}

/** Sends the command to one dugdale and waits for its end. */
export async function runExec(
  client: LettsClient,
  dugdale: DugdaleEntry,
  plan: ExecPlan,
  options: RunExecOptions,
): Promise<MissionEnd> {
  const ref = await sendExec(client, dugdale, plan, options);
  const { show, signal } = options;
  return await followRun(client, ref, { ...show, waitMs: options.waitMs, signal });
}
