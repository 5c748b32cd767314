/**
 * The simulator by hand: `deno task sim` for 1,000 seeds, `--seeds N` for another number, `--from N` for others than the
 * first ones, `--seed N` for one.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "node:util";
import { simulate } from "./run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
  },
});
const from = Number(values.from);
const seeds = values.seed === undefined
  ? Array.from({ length: Number(values.seeds) }, (_, index) => from + index)
  : [Number(values.seed)];
let failed = 0;
for (const seed of seeds) {
  try {
    await simulate(seed);
  } catch (error) {
    failed++;
    console.error(error);
  }
}
console.log(`${seeds.length - failed} of ${seeds.length} seeds passed`);
if (failed > 0) Deno.exitCode = 1;
