/**
 * Starts processes in a process of its own and prints what they leave behind as JSON: descriptors and threads are
 * counted for the whole process, where other tests would count too.
 */
import { systemClock } from "../../../dugdale/host/clock.ts";
import { openLibc } from "../../../dugdale/host/libc.ts";
import { PosixSpawner } from "../../../dugdale/host/posix_spawn.ts";
import type { Child, SpawnRequest } from "../../../dugdale/host/spawn.ts";

const base: SpawnRequest = {
  argv: [],
  env: { PATH: "/usr/bin:/bin" },
  cwd: "/",
  stdin: "/dev/null",
  control: true,
};
const libc = openLibc();
if (libc === undefined) throw new Error("no FFI to the C library");
const spawner = new PosixSpawner(libc, systemClock);

function count(): { threads: number; descriptors: number } {
  const threads = Number(/Threads:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]);
  return { threads, descriptors: [...Deno.readDirSync("/proc/self/fd")].length };
}

async function end(child: Child): Promise<void> {
  const outputs = [child.stdout, child.stderr, child.control];
  await Promise.all([child.exited, ...outputs.map((output) => output?.read(() => {}))]);
}

/** A look at a process after the next one has started may miss that its pipes were closed. */
async function startMany(argv: string[], many: number): Promise<{ child: Child; ended: Promise<void> }[]> {
  const started: { child: Child; ended: Promise<void> }[] = [];
  for (let index = 0; index < many; index++) {
    const child = await spawner.spawn({ ...base, argv });
    started.push({ child, ended: end(child) });
  }
  return started;
}

const runs = Number(Deno.args[0]), atOnce = Number(Deno.args[1]);
await end(await spawner.spawn({ ...base, argv: ["true"] }));
const before = count();
for (let done = 0; done < runs; done += 20) {
  await Promise.all((await startMany(["true"], 20)).map(({ ended }) => ended));
}
const after = count();
const sleepers = await startMany(["sleep", "100"], atOnce);
await end(await spawner.spawn({ ...base, argv: ["true"] }));
const during = count();
for (const { child } of sleepers) child.signal("SIGKILL");
await Promise.all(sleepers.map(({ ended }) => ended));
const zombies = new Deno.Command("ps", { args: ["--ppid", String(Deno.pid), "-o", "stat="] }).outputSync();
const defunct =
  new TextDecoder().decode(zombies.stdout).split("\n").filter((line) => line.startsWith("Z")).length;
spawner[Symbol.dispose]();
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify({ before, after, during, end: count(), defunct })),
);
