/**
 * A large file through the client, up and down: rate against `sha256sum` of the same file in the same run, and what
 * the memory of the client's process grows by at its peak. The dugdale is a process of its own.
 *
 * `deno run -A bench/client_files_bench.ts [MiB]`
 */
import { LettsClient, lettsConfig } from "../client/mod.ts";
import { report, startDugdale } from "./harness.ts";

const MIB = Number(Deno.args[0] ?? 1024);
const SIZE = MIB * 1024 * 1024;

/** Makes the file, of a block that is not the same twice, and brings it to the disk. */
function makeFile(path: string): void {
  using file = Deno.openSync(path, { create: true, write: true });
  const block = crypto.getRandomValues(new Uint8Array(64 * 1024));
  const counter = new DataView(block.buffer);
  for (let at = 0; at < SIZE; at += block.length) {
    counter.setUint32(0, at / block.length);
    file.writeSync(block);
  }
  file.syncSync();
}

async function megabytesPerSecond(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return SIZE / 1000 / (performance.now() - start);
}

async function sha256sum(path: string): Promise<string> {
  const { stdout } = await new Deno.Command("sha256sum", { args: [path] }).output();
  return new TextDecoder().decode(stdout).slice(0, 64);
}

function memoryMb(field: "VmHWM" | "VmRSS"): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** Rate of the work, and how far resident memory went above where it was before. */
async function measure(work: () => Promise<unknown>): Promise<{ rate: number; grownMb: number }> {
  Deno.writeTextFileSync("/proc/self/clear_refs", "5"); // the peak counts from here
  const before = memoryMb("VmRSS");
  const rate = await megabytesPerSecond(work);
  return { rate, grownMb: memoryMb("VmHWM") - before };
}

await using dugdale = await startDugdale(0);
await using client = await LettsClient.open({
  config: lettsConfig({
    auth: { token: "bench", admin_token: "bench" },
    dugdales: [{ id: "b", host: "127.0.0.1", port: dugdale.port }],
  }),
});
const source = `${dugdale.folder}/source`;
makeFile(source);
let digest = "";
const bare = await megabytesPerSecond(async () => void (digest = await sha256sum(source)));
let stagingId = "";
const up = await measure(async () => void (stagingId = (await client.upload("b", source)).staging_id));
const down = await measure(() => client.saveDownload("b", stagingId, `${dugdale.folder}/copy`));
if (await sha256sum(`${dugdale.folder}/copy`) !== digest) throw new Error("what came back is another file");
for (const [name, { rate, grownMb }, wanted] of [["upload", up, "0.4"], ["download", down, "0.4"]] as const) {
  report(
    `${name} of ${MIB} MiB, MB/s`,
    `${rate.toFixed(0)} of ${bare.toFixed(0)}`,
    rate / bare,
    `at least ${wanted}`,
  );
  report(
    `memory grown by ${name}, MB`,
    `${grownMb.toFixed(0)} of ${MIB}`,
    grownMb / 80,
    "of 80 MB; at most 1",
  );
}
