/** Missions of /bin/true from submit to done, against `xargs -P4` starting as many and against their parts. */
import { median, report, startDugdale } from "./harness.ts";
import { type Measured, missions, throughDugdale, waits } from "./measures.ts";

const COUNT = 1000;

await using dugdale = await startDugdale(4);
await throughDugdale(dugdale, 200);
const rounds: Measured[] = [];
for (let round = 0; round < 3; round++) rounds.push(await missions(dugdale, COUNT));
const middle = (pick: (round: Measured) => number): number => median(rounds.map(pick));
report(
  `${COUNT} missions, lane of 4, against xargs -P4`,
  `${middle(({ ours }) => ours).toFixed(0)} ms to ${middle(({ bare }) => bare).toFixed(0)} ms`,
  middle(({ ratio }) => ratio),
  "at most 2.6, aim 1.8",
);
const { ours, bare, ratio } = await waits(dugdale);
report(
  "submit and wait, p50, against its parts",
  `${ours.toFixed(2)} ms to ${bare.toFixed(2)} ms`,
  ratio,
  "at most 2.2, aim 1.5",
);
