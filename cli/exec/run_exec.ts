/**
 * One command on one dugdale, from its files to its end.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import type { DispatchedRef, FollowedLine } from "../../client/types.ts";
import type { DugdaleEntry } from "../../config/dugdale_entry.ts";
import { followRun } from "../run/follow_run.ts";
import type { LogShow } from "../run/log_tails.ts";
import type { MissionEnd } from "../run/mission_end.ts";
import type { ExecPlan } from "./exec_plan.ts";

/** How one command is shown. */
export interface ExecShow {
  readonly event: (line: FollowedLine) => Promise<void>;
  readonly logs: LogShow | undefined;
}

/** What a command needs beside its plan. */
export interface RunExecOptions {
  /** Joins the execs of several dugdales. */
  readonly groupId: string | undefined;
  readonly show: ExecShow;
  /** Milliseconds that are left for waiting, asked when the waiting begins. */
  readonly waitMs: () => number | undefined;
  readonly signal: AbortSignal;
  /** Told when the dugdale has accepted it. */
  readonly onAccepted: (ref: DispatchedRef) => void;
}

/** Sends the command to one dugdale and does not wait for it. */
export async function sendExec(
  client: LettsClient,
  { id }: DugdaleEntry,
  { lane, options }: ExecPlan,
  { groupId, signal }: Pick<RunExecOptions, "groupId" | "signal">,
): Promise<DispatchedRef> {
  await using handle = await client.exec({ host: id, lane }, { ...options, groupId, signal });
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
  options.onAccepted(ref);
  const { show, signal } = options;
  return await followRun(client, ref, { ...show, waitMs: options.waitMs(), signal });
}
