/**
 * `letts run` on several dugdales.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { OutputError, UsageError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import { bufferedIo } from "../../output/memory_writer.ts";
import type { GlobalValues } from "../../parse/global_flags.ts";
import { type CliTarget, resolveTarget, type TargetValues } from "../target.ts";
import { chooseView, type ViewFlags } from "./choose_view.ts";
import { fanOutError, type HostRun, printErrors, printRows, printText } from "./fan_out_result.ts";
import { FanOutStatus } from "./fan_out_status.ts";
import { dropRefused, type InterruptedMission } from "./interrupted.ts";
import { endError, type MissionEnd } from "./mission_end.ts";
import { NdjsonView } from "./plain_views.ts";
import { runMission } from "./run_mission.ts";
import type { RunPlan, RunValues } from "./run_plan.ts";
import { writeRunResult } from "./run_result.ts";

/** Parts of a fan-out. */
export interface FanOutOptions {
  readonly client: LettsClient;
  readonly plan: RunPlan;
  readonly flags: ViewFlags;
  readonly globals: GlobalValues;
  readonly io: Io;
  readonly signal: AbortSignal;
  /** Tracks missions that may be running. */
  readonly missions: Map<string, InterruptedMission>;
}

/**
 * Runs the mission on all of them in parallel and prints the results in their order.
 *
 * @throws The most severe of the errors.
 */
export async function runFanOut(targets: readonly NamedTarget[], options: FanOutOptions): Promise<void> {
  const { globals: { output }, io, client } = options;
  const status = new FanOutStatus(targets.map(({ name }) => name), options.globals, io);
  const runs = targets.map(async (target) => {
    const run = await runOne(target, options);
    await status.done(run.host).catch(() => {}); // a terminal that went away shows at the next line that stays
    return run;
  });
  try {
    await using _status = status;
    if (output !== "json" && output !== "ndjson") {
      for (const run of runs) {
        const ended = usable(await run, options);
        await status.makeRoom();
        await printText(io, ended, client.config);
      }
    }
    const ended = (await Promise.all(runs)).map((run) => usable(run, options));
    if (output === "json") await printRows(io, ended, client.config);
    if (output === "ndjson") await printErrors(io, ended, client.config);
    const error = fanOutError(ended);
    if (error !== undefined) throw error;
  } finally {
    await Promise.all(runs); // all are awaited, also when one of them ends the command
  }
}

/** Runs ended by an interrupt are not printed. */
function usable(run: HostRun, { signal }: FanOutOptions): HostRun {
  signal.throwIfAborted();
  if (run.error instanceof OutputError) throw run.error;
  return run;
}

/** Never rejects. */
async function runOne(target: NamedTarget, options: FanOutOptions): Promise<HostRun> {
  const { client, plan, flags, io, signal, missions } = options;
  const printed = bufferedIo(io);
  const host = target.name;
  const format = options.globals.output === "yaml" ? "text" : options.globals.output;
  const chosen = chooseView(flags, { ...options.globals, output: format }, printed);
  let end: MissionEnd | undefined;
  try {
    const run = await runMission(client, target, plan, {
      view: format === "ndjson" ? new NdjsonView(io.stdout, host) : chosen.view,
      showsLogs: chosen.showsLogs,
      keepsLogs: false,
      signal,
      onMission: (missionId, accepted) =>
        missions.set(host, { host: target.dugdale.id, missionId, accepted }),
      onEnd: () => missions.delete(host),
    });
    end = run;
    if (format === "text") await writeRunResult(printed.stdout, format, run);
    return { host, end, error: endError(run), printed };
  } catch (error) {
    dropRefused(missions, host, error);
    return { host, end, error, printed };
  }
}

/** A dugdale, and its name on the command line. */
interface NamedTarget extends CliTarget {
  readonly name: string;
}

/**
 * Resolves all hosts before the first request; duplicates are removed.
 *
 * @throws {UsageError} When a flag does not apply to several dugdales.
 * @throws {CommandError} When letts.yaml does not define a host.
 */
export function manyTargets(
  config: LettsConfig,
  hosts: readonly string[],
  flags: RunValues & TargetValues,
): readonly NamedTarget[] {
  if (flags["output-file"].length > 0) {
    throw new UsageError("--output-file cannot be used with several hosts");
  }
  if (flags["mission-id"] !== undefined) {
    throw new UsageError("--mission-id cannot be used with several hosts");
  }
  const targets = new Map<string, NamedTarget>();
  for (const name of hosts) {
    const target = resolveTarget(config, { ...flags, host: name });
    if (!targets.has(target.dugdale.id)) targets.set(target.dugdale.id, { ...target, name });
  }
  return [...targets.values()];
}
