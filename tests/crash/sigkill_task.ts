/**
 * `deno task crash [kills]`: kills a dugdale that often under load (default 50 times) and
 * prints what became of the missions. Ends with 1 when a promise was broken.
 *
 * @module
 */
import { sigkill } from "./sigkill.ts";

const encoder = new TextEncoder();

function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}

const kills = Number(Deno.args[0] ?? 50);
if (!Number.isInteger(kills) || kills < 1) {
  say("usage: deno task crash [kills], with a whole number of kills\n");
  Deno.exit(2);
}
const figures = await sigkill({
  kills,
  onKill: (kill) => say(kill % 10 === 0 || kill === kills ? `${kill}\n` : "."),
});
say(`${JSON.stringify({ ...figures, problems: figures.problems.length }, null, 2)}\n`);
for (const problem of figures.problems) say(`${problem}\n`);
Deno.exit(figures.problems.length === 0 ? 0 : 1);
