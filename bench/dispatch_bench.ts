/** Acknowledged, fsynced dispatches per second against the disk's own rate of write + fdatasync. */
import { connect, diskRate, dispatch, rate, report, startDugdale } from "./harness.ts";

await using dugdale = await startDugdale(0);
const disk = diskRate(dugdale.folder);
for (const [count, wanted] of [[1, "at least 0.28, aim 0.40"], [16, "at least 1.5, aim 2.2"]] as const) {
  const clients = await Promise.all(Array.from({ length: count }, () => connect(dugdale.port)));
  await rate(clients, dispatch, 1);
  const perSecond = await rate(clients, dispatch);
  for (const client of clients) client[Symbol.dispose]();
  const name = `dispatches/s, ${count} client${count === 1 ? "" : "s"}`;
  report(name, `${perSecond.toFixed(0)} of ${disk.perSecond.toFixed(0)}`, perSecond / disk.perSecond, wanted);
}
