/** `letts run`. @module */
import { UsageError } from "../../errors.ts";
import type { Call } from "../../parse/grammar.ts";
import { PipedFiles } from "../../parse/piped_files.ts";
import { Interrupts } from "../interrupts.ts";
import { resolveTarget, splitHosts, type TargetValues } from "../target.ts";
import { chooseView } from "./choose_view.ts";
import { dropRefused, type InterruptedMission, reportFailed, reportUnfinished } from "./interrupted.ts";
import { endError } from "./mission_end.ts";
import { type RunEnd, runMission } from "./run_mission.ts";
import { runPlan, type RunValues } from "./run_plan.ts";
import { writeRunResult } from "./run_result.ts";

type RunCall = Call<RunValues & TargetValues>;

/** Runs a mission and waits for its end. */
export async function run(call: RunCall): Promise<void> {
  const { flags, globals, io } = call;
  const hosts = splitHosts(flags.host);
  if (flags.host !== undefined && hosts.length === 0) throw new UsageError("--host names no dugdale");
  if (hosts.length > 1 && !flags.embedded) return await runOnMany(call, hosts);
  const end = flags.embedded
    ? await (await import("./run_embedded.ts")).runEmbedded(call)
    : await runSingle(call);
  await writeRunResult(io.stdout, globals.output, end);
  const error = endError(end);
  if (error === undefined) return;
  // An embedded mission ends with its dugdale.
  if (globals.output === "text" && !globals.quiet && !flags.embedded) await reportFailed(io, end);
  throw error;
}

async function runSingle(call: RunCall): Promise<RunEnd> {
  const { flags, globals, io } = call;
  const client = await call.open();
  const [host] = splitHosts(flags.host);
  const target = resolveTarget(client.config, { ...flags, host });
  await using piped = new PipedFiles();
  const plan = await runPlan(flags, io, piped);
  using interrupts = new Interrupts(io);
  const missions = new Map<string, InterruptedMission>();
  const { id } = target.dugdale;
  try {
    return await runMission(client, target, plan, {
      ...chooseView(flags, globals, io),
      signal: interrupts.signal,
      onMission: (missionId, accepted) => missions.set(id, { host: id, missionId, accepted }),
      onEnd: () => missions.delete(id),
    });
  } catch (error) {
    dropRefused(missions, id, error);
    await reportUnfinished(io, error, missions.values());
    throw error;
  }
}

async function runOnMany(call: RunCall, hosts: readonly string[]): Promise<void> {
  const { flags, globals, io } = call;
  const client = await call.open();
  const { manyTargets } = await import("./fan_out.ts");
  const { runFanOut } = await import("./fan_out.ts");
  const targets = manyTargets(client.config, hosts, flags);
  await using piped = new PipedFiles();
  const plan = await runPlan(flags, io, piped);
  using interrupts = new Interrupts(io);
  const missions = new Map<string, InterruptedMission>();
  try {
    await runFanOut(targets, { client, plan, flags, globals, io, signal: interrupts.signal, missions });
  } catch (error) {
    await reportUnfinished(io, error, missions.values());
    throw error;
  }
}
