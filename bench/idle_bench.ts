/** Resident memory of a dugdale with nothing to do: of the bundle, which is what is installed, and of the sources. */
import { bundle } from "../build/bundle.ts";
import { median, report, residentMb, startDugdale } from "./harness.ts";

const ROUNDS = 5;
const MOST_MB = 65;

const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
try {
  await bundle(`${folder}/letts.js`);
  await measure("idle daemon, bundle, resident MB", [`${folder}/letts.js`, "dugdale"]);
  await measure("idle daemon, sources, resident MB");
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measure(name: string, program?: readonly string[]): Promise<void> {
  const figures: number[] = [];
  // A first start also compiles, and fills the code cache.
  for (let round = -1; round < ROUNDS; round++) {
    await using dugdale = await startDugdale(4, program === undefined ? {} : { program });
    if (round >= 0) figures.push(residentMb(dugdale.pid));
  }
  const megabytes = median(figures);
  report(name, megabytes.toFixed(1), megabytes / MOST_MB, "at most 1");
}
