/**
 * The simulator by hand: `deno task sim` for 1,000 seeds, `--seeds N` for another number, `--seed N` for one.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { simulate } from "./run.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, seeds: { type: "string", default: "1000" } },
});
const seeds = values.seed === undefined
  ? Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
  : [Number(values.seed)];
for (const seed of seeds) await simulate(seed);
// deno-lint-ignore no-console
console.log(`${seeds.length} seeds passed`);
