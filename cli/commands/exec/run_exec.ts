/**
 * One command on one dugdale, from its files to its end.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { Ids } from "../../../protocol/ids.ts";
import type { DispatchedRef, FollowedLine } from "../../../client/types.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import { followRun } from "../run/follow_run.ts";
import type { InterruptedMission } from "../run/interrupted.ts";
import type { LogShow } from "../run/log_tails.ts";
import type { MissionEnd } from "../run/mission_end.ts";
import type { ExecPlan } from "./exec_plan.ts";

/** How one command is shown. */
export interface ExecShow {
  readonly event: (line: FollowedLine) => Promise<void>;
  readonly logs: LogShow | undefined;
}

/** What it takes to send a command. */
export interface SendExecOptions {
  /** Joins the execs of several dugdales. */
  readonly groupId: string | undefined;
  readonly signal: AbortSignal;
  /** Called before the command is sent and after it was accepted. */
  readonly onExec: (exec: InterruptedMission) => void;
}

/** What a command needs beside its plan. */
export interface RunExecOptions extends SendExecOptions {
  readonly show: ExecShow;
  /** Milliseconds to wait once it was accepted; undefined for ever. */
  readonly waitMs: number | undefined;
}

/** Sends the command to one dugdale and does not wait for it. */
export async function sendExec(
  client: LettsClient,
  { id: host }: DugdaleEntry,
  { lane, options }: ExecPlan,
  { groupId, signal, onExec }: SendExecOptions,
): Promise<DispatchedRef> {
  // An id of its own, so that it can be named even when the request is never answered.
  const missionId = options.execId ?? new Ids().mission();
  const reuseFiles = options.execId === undefined;
  onExec({ host, missionId, accepted: false });
  await using handle = await client.exec(
    { host, lane },
    { ...options, execId: missionId, reuseFiles, groupId, signal },
  );
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
