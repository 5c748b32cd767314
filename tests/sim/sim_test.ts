import { simulate } from "./run.ts";

/** Many more are run by `deno task sim`. */
const SEEDS = 8;

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`a dugdale keeps its promises through random operations and crashes, seed ${seed}`, () =>
    simulate(seed));
}
