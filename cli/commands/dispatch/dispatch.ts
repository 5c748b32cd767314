/** `letts dispatch`. @module */
import { InterruptedError } from "../../errors.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { Interrupts } from "../interrupts.ts";
import { reportStillRunning } from "../run/interrupted.ts";
import { dispatchPlan, type MissionValues, withId } from "../run/run_plan.ts";
import type { TARGET_FLAGS } from "../shared_flags.ts";
import { resolveTarget } from "../target.ts";

/** Sends a mission and does not wait for it. */
export async function dispatch(call: Call<MissionValues & Values<typeof TARGET_FLAGS>>): Promise<void> {
  const { flags, globals, io } = call;
  const client = await call.open();
  const { dugdale, lane } = resolveTarget(client.config, flags);
  const plan = withId(await dispatchPlan(flags, io));
  const { missionId } = plan;
  using interrupts = new Interrupts(io);
  const { status } = await client.dispatch({ host: dugdale.id, lane }, { ...plan, signal: interrupts.signal })
    .catch(async (error) => {
      const told = { host: dugdale.id, missionId, accepted: false };
      if (error instanceof InterruptedError) await reportStillRunning(io, [told]);
      throw error;
    });
  await writeResult(
    io.stdout,
    globals.output,
    { mission_id: missionId, status },
    () => `${missionId}\t${status}\n`,
  );
}
