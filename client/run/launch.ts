/**
 * Launches of missions whose end will be awaited.
 *
 * @module
 */
import type { JsonObject } from "../../protocol/json_value.ts";
import type { MissionId } from "../../protocol/names.ts";
import { resolveAddress, type Target } from "../address.ts";
import { checkWait } from "../arguments.ts";
import { type Context, defaultMatch } from "../context.ts";
import { checkDispatch, dispatch, launchId } from "./dispatch.ts";
import { MissionFailedError } from "../errors.ts";
import { namingMission } from "./aborted_call.ts";
import { MissionRun } from "./mission_run.ts";
import { type LaunchFacts, reportFailure } from "./observer.ts";
import { openLocalFile, toPath } from "../files/local_file.ts";
import type { OpenFile } from "../files/staged.ts";
import { traced } from "../../protocol/tracing.ts";
import type {
  Address,
  DispatchedRef,
  DispatchOptions,
  LaunchFailure,
  RunOptions,
  RunResult,
} from "../types.ts";

/** Options of a launch in addition to address and mission. */
export interface LaunchSettings {
  readonly method: LaunchFailure["method"];
  /** Default: hashes each file when it is needed. */
  readonly openFile?: OpenFile | undefined;
  /** Called with the dugdale and the mission id as soon as they are known. */
  readonly onTarget?: ((target: Target, missionId: MissionId) => void) | undefined;
}

/** Sends a mission without waiting for its end. */
export async function launch(
  context: Context,
  to: Address,
  options: DispatchOptions,
  settings: LaunchSettings,
): Promise<DispatchedRef> {
  return (await accepted(context, to, options, settings)).ref;
}

/** Sends a mission whose end will be awaited. */
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

/** Starts a mission and passes its run to a function, in one span. */
export function runToEnd<R = JsonObject>(
  context: Context,
  to: Address,
  options: RunOptions,
  settings: LaunchSettings,
): Promise<RunResult<R>> {
  const attributes = { "letts.mission": options.mission };
  return traced(context.connections.tracer, "letts.run", { attributes }, async (span) => {
    const handle = await start<R>(context, to, options, settings);
    span.set("letts.host", handle.ref.host);
    span.set("letts.mission_id", handle.ref.missionId);
    try {
      const result = await handle.result;
      span.set("letts.outcome", result.outcome);
      if (!result.success) span.failed(result.failMessage || result.outcome);
      return result;
    } catch (error) {
      if (error instanceof MissionFailedError) span.set("letts.outcome", error.result.outcome);
      throw error;
    } finally {
      await handle[Symbol.asyncDispose]();
    }
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
    const attributes = {
      "letts.host": target.dugdale.id,
      "letts.lane": target.lane,
      "letts.mission": options.mission,
      "letts.mission_id": missionId,
    };
    const openFile = settings.openFile ?? openLocalFile;
    const dispatched = await traced(
      context.connections.tracer,
      "letts.dispatch",
      { kind: 3, attributes },
      ({ traceparent }) => dispatch(context, target, checked, { openFile, spanTraceparent: traceparent }),
    );
    return { ...dispatched, facts };
  } catch (error) {
    reportFailure(context, facts, "dispatch", error);
    throw namingMission(error, options.signal, facts);
  }
}
