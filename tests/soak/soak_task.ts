/**
 * `deno task soak [missions]`: runs that many missions (default 100,000) with everything that goes wrong between
 * clients and a dugdale, and prints what it holds at rest, now and then. Ends with 1 when it holds more in the end than
 * after the first 1,000, or when a mission did not end as it should. Needs `/proc`.
 *
 * @module
 */
import { soak } from "./soak.ts";

const encoder = new TextEncoder();

function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

const missions = Number(Deno.args[0] ?? 100_000);
if (!Number.isInteger(missions) || missions < 1) {
  say("usage: deno task soak [missions], with a whole number of missions");
  Deno.exit(2);
}
const problems = await soak({
  missions,
  first: 1000,
  restartEvery: 5000,
  restEvery: 10_000,
  kept: "1m",
  onRest: (rest) => say(`${new Date().toISOString()} ${JSON.stringify(rest)}`),
});
for (const problem of problems) say(problem);
say(`${problems.length} problems`);
Deno.exit(problems.length === 0 ? 0 : 1);
