/** `letts dispatch`. @module */
import type { Call } from "../call.ts";
import type { TARGET_FLAGS } from "../flags/target_flags.ts";
import type { Values } from "../grammar.ts";
import { writeResult } from "../print/record.ts";
import { dispatchPlan, type MissionValues } from "../run/run_plan.ts";
import { resolveTarget } from "../target.ts";

/** Sends a mission and does not wait for it. */
export async function dispatch(call: Call<MissionValues & Values<typeof TARGET_FLAGS>>): Promise<void> {
  const { flags, globals, io } = call;
  const client = await call.open();
  const { dugdale, lane } = resolveTarget(client.config, flags);
  const plan = await dispatchPlan(flags, io);
  const { missionId, status } = await client.dispatch({ host: dugdale.id, lane }, plan);
  await writeResult(
    io.stdout,
    globals.output,
    { mission_id: missionId, status },
    () => `${missionId}\t${status}\n`,
  );
}
