/**
 * A restart after SIGKILL, from the start of the process to its answer to an apply: with 1,600 missions that have files, and
 * with a million finished missions, against a dugdale that has none, turn and turn about. Takes about two minutes.
 */
import {
  type BenchDugdale,
  connect,
  dispatchBatch,
  median,
  multiply,
  report,
  startDugdale,
} from "./harness.ts";

const ROUNDS = 9;
const WITH_FILES = 1600, ROWS = 1_000_000;
/** Each leaves an output file. */
const COMMAND = ["/bin/sh", "-c", `echo x > out/f; echo '{"event":"output_file","key":"f"}' >&3`];
const FIGURES = [
  { what: "empty", missions: 0, rows: 0, wanted: "" },
  { what: "1,600 missions with files", missions: WITH_FILES, rows: 0, wanted: "below 0.5 s" },
  { what: "1,000,000 finished missions", missions: 1, rows: ROWS, wanted: "below 1.5 s" },
];

await using stack = new AsyncDisposableStack();
const folders: string[] = [];
for (const { missions, rows } of FIGURES) {
  const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  folders.push(folder);
  await using dugdale = await startDugdale(8, { folder, command: COMMAND });
  await run(dugdale, missions);
  if (rows > 0) multiply(`${folder}/data/state.db`, rows);
}
const times: number[][] = FIGURES.map(() => []);
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, folder] of folders.entries()) times[index]?.push(await restartMs(folder));
}
const [empty = NaN] = times.map(median);
for (const [index, { what, wanted }] of FIGURES.entries()) {
  const ms = median(times[index] ?? []);
  report(`restart, ${what}`, `${ms.toFixed(0)} ms to ${empty.toFixed(0)} ms`, ms / empty, wanted);
}

async function restartMs(folder: string): Promise<number> {
  const start = performance.now();
  await using dugdale = await startDugdale(8, { folder, command: COMMAND });
  const ms = performance.now() - start;
  Deno.kill(dugdale.pid, "SIGKILL");
  return ms;
}

async function run(dugdale: BenchDugdale, missions: number): Promise<void> {
  using client = await connect(dugdale.port);
  for (let left = missions; left > 0; left -= 1000) await dispatchBatch(client, Math.min(left, 1000));
  for (;;) {
    const { text } = await client.request("GET", "/v1/dugdale");
    const { queued, running } = JSON.parse(text).queue_summary;
    if (queued + running === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
