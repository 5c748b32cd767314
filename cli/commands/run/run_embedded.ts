/**
 * `letts run --embedded`: runs a script as a mission, without set-up.
 *
 * @module
 */
import { missionFile } from "../../../dugdale/interpreters.ts";
import { InterruptedError, UsageError } from "../../errors.ts";
import { required } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { requireFile } from "../../parse/paths.ts";
import { PipedFiles } from "../../parse/piped_files.ts";
import { Interrupts } from "../interrupts.ts";
import type { TargetValues } from "../target.ts";
import { chooseView } from "./choose_view.ts";
import { openEmbedded } from "./embedded_dugdale.ts";
import { commandFor, surroundings } from "./interpreter.ts";
import { type RunEnd, runMission } from "./run_mission.ts";
import { runPlan, type RunValues } from "./run_plan.ts";

/** Runs the script given by `--mission`. Ctrl-C ends it; a second Ctrl-C does not wait. */
export async function runEmbedded(call: Call<RunValues & TargetValues>): Promise<RunEnd> {
  const { flags, globals, io } = call;
  assertNoTarget(flags);
  const named = required(flags.mission, "mission");
  const path = missionFile(named) ?? named;
  requireFile("--mission", path);
  await using piped = new PipedFiles();
  const plan = await runPlan(flags, io, piped);
  const command = commandFor(path, surroundings());
  using interrupts = new Interrupts(io);
  await using embedded = await openEmbedded({ path, command }, globals, io);
  call.describeErrorsWith(embedded.client.config);
  interrupts.beforeLeaving(() => embedded.drop());
  const [dugdale] = embedded.client.config.dugdales;
  if (dugdale === undefined) throw new TypeError("an embedded dugdale is in its configuration");
  try {
    return await runMission(embedded.client, { dugdale, lane: embedded.lane }, {
      ...plan,
      dispatch: { ...plan.dispatch, mission: embedded.mission },
    }, { ...chooseView(flags, globals, io), signal: interrupts.signal, onMission: () => {} });
  } catch (error) {
    if (error instanceof InterruptedError) {
      await io.stderr.write("letts: ending the mission; Ctrl-C again does not wait for it\n");
    }
    throw error;
  }
}

function assertNoTarget({ route, host, lane, match }: TargetValues): void {
  const given = [
    ...(route === undefined ? [] : ["--route"]),
    ...(host === undefined ? [] : ["--host"]),
    ...(lane === undefined ? [] : ["--lane"]),
    ...(match.length === 0 ? [] : ["--match"]),
  ];
  if (given.length > 0) {
    throw new UsageError(`--embedded runs here, so that ${given.join(", ")} cannot be used`);
  }
}
