/** Runs an example mission, under the variables of a dugdale or by hand. @module */
import { type RunningMission, type RunPlan, SMALLEST, startMission } from "../mission/run_mission.ts";

/** The folder of the example missions. */
export const MISSIONS: string = new URL("../../examples/missions", import.meta.url).pathname;

/** What a dugdale starts for an example. Releasing it removes what was made. */
export interface Program extends AsyncDisposable {
  readonly path: string;
}

/** The program of an example: the file itself, or what the compiler makes of it. */
export async function makeProgram(name: string): Promise<Program> {
  const source = `${MISSIONS}/${name}`;
  if (!name.endsWith(".go")) return { path: source, [Symbol.asyncDispose]: () => Promise.resolve() };
  const folder = await Deno.makeTempDir({ prefix: "letts_example_" });
  const path = `${folder}/${name.slice(0, -".go".length)}`;
  const { code, stderr } = await new Deno.Command("go", { args: ["build", "-o", path, source] }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** Starts an example by its file name, or a program by its path; its kind says what runs it. */
export function startExample(
  name: string,
  plan: Omit<RunPlan, "source" | "command">,
): Promise<RunningMission> {
  const path = name.startsWith("/") ? name : `${MISSIONS}/${name}`;
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
