/** Runs an example mission, under the variables of a dugdale or by hand. @module */
import { type RunningMission, type RunPlan, SMALLEST, startMission } from "../mission/run_mission.ts";

/** The folder of the example missions. */
export const MISSIONS: string = new URL("../../examples/missions", import.meta.url).pathname;

/** Starts an example by its file name; its kind says what runs it. */
export function startExample(
  name: string,
  plan: Omit<RunPlan, "source" | "command">,
): Promise<RunningMission> {
  const path = `${MISSIONS}/${name}`;
  const command = name.endsWith(".ts")
    ? [Deno.execPath(), "run", ...plan.permissions ?? SMALLEST, path]
    : [path];
  return startMission({ ...plan, command });
}

/** Whether a program can be started. */
export async function hasProgram(name: string): Promise<boolean> {
  try {
    await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
