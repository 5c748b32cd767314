/**
 * Missions that are started to be waited for.
 *
 * @module
 */
import type { JsonObject } from "../protocol/json_value.ts";
import type { MissionId } from "../protocol/names.ts";
import { resolveAddress, type Target } from "./address.ts";
import { checkWait } from "./arguments.ts";
import { type Context, defaultMatch } from "./context.ts";
import { checkDispatch, dispatch, launchId } from "./dispatch.ts";
import { MissionRun } from "./mission_run.ts";
import { type LaunchFacts, reportFailure } from "./observer.ts";
import { openLocalFile, toPath } from "./local_file.ts";
import type { OpenFile } from "./staged.ts";
import type { Address, DispatchedRef, DispatchOptions, LaunchFailure, RunOptions } from "./types.ts";

/** What a launch has beside address and options. */
export interface LaunchSettings {
  readonly method: LaunchFailure["method"];
  /** Default: hashes each file when its turn comes. */
  readonly openFile?: OpenFile | undefined;
  /** Told of the dugdale and the mission as soon as they are known. */
  readonly onTarget?: ((target: Target, missionId: MissionId) => void) | undefined;
}

/** Sends a mission and does not wait for its end. */
export async function launch(
  context: Context,
  to: Address,
  options: DispatchOptions,
  settings: LaunchSettings,
): Promise<DispatchedRef> {
  return (await accepted(context, to, options, settings)).ref;
}

/** Sends a mission that is going to be waited for. */
export async function start<R = JsonObject>(
  context: Context,
  to: Address,
  options: RunOptions,
  settings: LaunchSettings,
): Promise<MissionRun<R>> {
  checkWait(options.waitMs);
  if (options.outputsTo !== undefined) toPath(options.outputsTo);
  const { ref, connection, facts } = await accepted(context, to, options, settings);
  return new MissionRun<R>(ref, {
    ...options,
    connection,
    policy: context.stream,
    onFailure: (error) => reportFailure(context, facts, "stream", error),
  });
}

async function accepted(context: Context, to: Address, options: DispatchOptions, settings: LaunchSettings) {
  const missionId = launchId(options.missionId, context.ids);
  let facts: LaunchFacts = { method: settings.method, address: to, missionId, host: undefined, options };
  try {
    const checked = checkDispatch(options, missionId);
    const target = resolveAddress(to, context.connections.config, defaultMatch(context));
    facts = { ...facts, host: target.dugdale.id };
    settings.onTarget?.(target, missionId);
    return { ...await dispatch(context, target, checked, settings.openFile ?? openLocalFile), facts };
  } catch (error) {
    reportFailure(context, facts, "dispatch", error);
    throw error;
  }
}
