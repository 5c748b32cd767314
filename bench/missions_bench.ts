/** Missions of /bin/true from submit to done, against `xargs -P4` starting as many and against their parts. */
import { connect, diskRate, dispatch, median, report, residentMb, startDugdale } from "./harness.ts";

const COUNT = 1000;

await using dugdale = await startDugdale(4);
using client = await connect(dugdale.port);
report(
  "idle daemon, resident MB",
  residentMb(dugdale.pid).toFixed(0),
  residentMb(dugdale.pid) / 65,
  "at most 1",
);

async function wait(id: string): Promise<void> {
  const { text } = await client.request("GET", `/v1/missions/${id}/events?follow=true`);
  if (!text.includes('"outcome":"success"')) throw new Error(`mission ${id} did not succeed: ${text}`);
}

async function throughDugdale(count: number): Promise<number> {
  const start = performance.now();
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push(await dispatch(client));
  for (;;) {
    const { text } = await client.request("GET", "/v1/dugdale");
    if (text.includes('"queued":0,"running":0')) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const ms = performance.now() - start;
  await wait(ids.at(-1)!);
  return ms;
}

async function throughXargs(): Promise<number> {
  const start = performance.now();
  await new Deno.Command("sh", { args: ["-c", `seq ${COUNT} | xargs -P4 -n1 /bin/true`] }).output();
  return performance.now() - start;
}

await throughDugdale(200);
const ours: number[] = [], theirs: number[] = [];
for (let round = 0; round < 3; round++) {
  theirs.push(await throughXargs());
  ours.push(await throughDugdale(COUNT));
}
report(
  `${COUNT} missions, lane of 4, against xargs -P4`,
  `${median(ours).toFixed(0)} ms to ${median(theirs).toFixed(0)} ms`,
  median(ours) / median(theirs),
  "at most 2.6, aim 1.8",
);

const disk = diskRate(dugdale.folder);
const starts: number[] = [], waits: number[] = [];
for (let round = 0; round < 200; round++) {
  const before = performance.now();
  await new Deno.Command("/bin/true").output();
  const between = performance.now();
  await wait(await dispatch(client));
  starts.push(between - before);
  waits.push(performance.now() - between);
}
const parts = 3 * disk.medianMs + median(starts);
report(
  "submit and wait, p50, against its parts",
  `${median(waits).toFixed(2)} ms to ${parts.toFixed(2)} ms`,
  median(waits) / parts,
  "at most 2.2, aim 1.5",
);
