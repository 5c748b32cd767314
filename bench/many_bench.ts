/** 500 missions at once: threads and descriptors of the daemon, one more start, and how fast it still answers. */
import { connect, dispatch, median, report, residentMb, startDugdale } from "./harness.ts";

const COUNT = 500;

await using dugdale = await startDugdale(COUNT + 1, { command: ["sleep", "600"] });
using client = await connect(dugdale.port);
const idle = residentMb(dugdale.pid);
for (let index = 0; index <= COUNT; index++) await dispatch(client);
for (;;) {
  const { text } = await client.request("GET", "/v1/dugdale");
  if (text.includes(`"queued":0,"running":${COUNT + 1}`)) break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const status = await Deno.readTextFile(`/proc/${dugdale.pid}/status`);
const threads = Number(/Threads:\s+(\d+)/.exec(status)?.[1]);
report(`threads with ${COUNT + 1} missions running`, String(threads), threads / 40, "below 1");
const times: number[] = [];
for (let index = 0; index < 200; index++) {
  const before = performance.now();
  await client.request("GET", "/v1/healthz");
  times.push(performance.now() - before);
}
report("healthz meanwhile, median ms", median(times).toFixed(2), median(times) / 5, "below 1");
const perMission = (residentMb(dugdale.pid) - idle) * 1024 / COUNT;
report("memory per running mission, KB", perMission.toFixed(0), perMission / 100, "below 1");
