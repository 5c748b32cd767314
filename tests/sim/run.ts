/** Runs the simulator for seeds. @module */
import { existsSync } from "node:fs";
import { Simulation } from "./simulator.ts";

/** Operations of one seed. */
const STEPS = 60;

/** Files here are memory, so that a commit costs no time. What a crash leaves is the same: the power is never cut. */
const where = existsSync("/dev/shm") ? { dir: "/dev/shm" } : {};

/** Runs one seed. @throws With what was done, and how to do it again. */
export async function simulate(seed: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-sim-", ...where });
  const simulation = new Simulation(seed, folder);
  try {
    await simulation.run(STEPS);
  } catch (cause) {
    const log = simulation.log.join("\n  ");
    throw new Error(`seed ${seed} fails; again by: deno task sim --seed ${seed}\n  ${log}`, { cause });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
