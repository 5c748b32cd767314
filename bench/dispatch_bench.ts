/** Acknowledged, fsynced dispatches per second against the disk's own rate of write + fdatasync. */
import { report, startDugdale } from "./harness.ts";
import { batches, dispatches } from "./measures.ts";

await using dugdale = await startDugdale(0);
for (const [count, wanted] of [[1, "at least 0.28, aim 0.40"], [16, "at least 1.5, aim 2.2"]] as const) {
  const { ours, bare, ratio } = await dispatches(dugdale, count);
  const name = `dispatches/s, ${count} client${count === 1 ? "" : "s"}`;
  report(name, `${ours.toFixed(0)} of ${bare.toFixed(0)}`, ratio, wanted);
}
const { ours, bare, ratio } = await batches(dugdale);
report(
  "dispatches/s, 1 client, 1000 a request",
  `${ours.toFixed(0)} of ${bare.toFixed(0)}`,
  ratio,
  "at least 5",
);
