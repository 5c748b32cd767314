/**
 * `deno task fuzz [seconds] [seed]`: throws broken and random requests at a dugdale process and watches that it stays
 * alive, answers no 500, never holds its event loop, and lets go of descriptors and memory. Ends with 1 when it did not.
 *
 * @module
 */
import { type Daemon, pause, Place } from "../contract/daemon.ts";
import { MISSIONS } from "../contract/harness.ts";
import { OWN_TOKENS } from "../contract/settings.ts";
import { HOLD_MS, LoopWatch } from "../hold/loop_watch.ts";
import { attack } from "./attack.ts";
import { Random } from "./random.ts";

const CONNECTIONS = 16;
/** Slower than this is not explained by a busy machine. */
const HEALTH_MS = 2000;
/** The health is asked for so often. */
const ASK_MS = 20;
/** What a request costs on average; a question has to wait for those before it. */
const REQUEST_MS = 1;
const SETTLE_MS = 40_000;
const SPARE_DESCRIPTORS = 8;
const SPARE_MEMORY_KIB = 150 * 1024;
const MOST_PROBLEMS = 20;

const encoder = new TextEncoder();
const say = (text: string): void => void Deno.stdout.writeSync(encoder.encode(`${text}\n`));

const seconds = Number(Deno.args[0] ?? 60);
const seed = Number(Deno.args[1] ?? Date.now() % 1_000_000);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  say("usage: deno task fuzz [seconds] [seed]");
  Deno.exit(2);
}
Deno.exit(await fuzz());

async function fuzz(): Promise<number> {
  say(`seed ${seed}, ${seconds} s`);
  await using place = await Place.make();
  await using daemon = await place.start();
  let alive = true;
  const ended = daemon.exited.then(({ code, signal }) => {
    alive = false;
    return `the dugdale ended: ${code} ${signal}`;
  });
  await apply(daemon);
  const problems: string[] = [];
  const note = (problem: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  const counts = new Map<number, number>();
  const endMs = performance.now() + seconds * 1000;
  const running = (): boolean => alive && performance.now() < endMs;
  const before = { descriptors: descriptors(daemon.pid), memoryKib: 0 };
  let requests = 0;
  const loop = Deno.build.os === "linux"
    ? new LoopWatch(daemon, { pauseMs: ASK_MS, othersMs: () => requests * REQUEST_MS })
    : undefined;
  const attacker = async (random: Random): Promise<void> => {
    while (running()) {
      try {
        const { requests: sent, statuses, problem } = await attack(daemon.url, random);
        requests += sent;
        for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
        if (problem !== undefined) note(problem);
      } catch (error) {
        if (alive) note(`attack: ${error}`);
      }
      // A mission folder that a request has taken away is put back.
      if (random.chance(0.01)) await apply(daemon);
    }
  };
  let slowestMs = 0;
  const watch = async (): Promise<void> => {
    while (running()) {
      const sinceMs = performance.now();
      try {
        const reply = await fetch(`${daemon.url}/v1/healthz`, { signal: AbortSignal.timeout(10_000) });
        await reply.body?.cancel();
      } catch (error) {
        if (alive) note(`healthz: ${error}`);
      }
      slowestMs = Math.max(slowestMs, performance.now() - sinceMs);
      // What it takes once it is warm is what it may take in the end.
      if (before.memoryKib === 0 && performance.now() > endMs - seconds * 500) {
        before.memoryKib = memoryKib(daemon.pid);
      }
      await pause(50);
    }
  };
  await Promise.all([
    watch(),
    ...Array.from({ length: CONNECTIONS }, (_, index) => attacker(new Random(seed * CONNECTIONS + index))),
  ]);
  const longestMs = await loop?.longestMs().catch((error) => note(`healthz: ${error}`)) ?? 0;
  say(
    `${requests} requests, slowest healthz ${slowestMs.toFixed(0)} ms, ` +
      `longest turn ${longestMs.toFixed(0)} ms of processor time (${loop?.answers ?? 0} looks)`,
  );
  if (longestMs > HOLD_MS) note(`a turn of the event loop took ${longestMs.toFixed(0)} ms`);
  say([...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`).join("  "));
  if (slowestMs > HEALTH_MS) note(`healthz took ${slowestMs.toFixed(0)} ms`);
  if (alive) await settles(daemon, before, note);
  else note(await ended);
  const log = await place.printed("stderr");
  for (const line of log.split("\n").filter((line) => line !== "" && !/"level":"(INFO|WARN)"/.test(line))) {
    note(line);
  }
  for (const problem of problems) say(`\n${problem}`);
  return problems.length === 0 ? 0 : 1;
}

async function apply(daemon: Daemon): Promise<void> {
  const reply = await fetch(`${daemon.url}/v1/admin/apply?force=true&force_prune=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${OWN_TOKENS.admin}` },
    body: JSON.stringify({ mission_dir: MISSIONS, lanes: { fast: { concurrency: 4 } } }),
  });
  await reply.body?.cancel();
}

/** After the noise descriptors and memory have to come back. */
async function settles(
  daemon: Daemon,
  before: { readonly descriptors: number; readonly memoryKib: number },
  note: (problem: string) => void,
): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  const most = before.descriptors + SPARE_DESCRIPTORS;
  while (descriptors(daemon.pid) > most && performance.now() < endMs) await pause(200);
  const after = { descriptors: descriptors(daemon.pid), memoryKib: memoryKib(daemon.pid) };
  say(
    `descriptors ${before.descriptors} -> ${after.descriptors}, memory ${before.memoryKib} -> ${after.memoryKib} KiB`,
  );
  if (after.descriptors > most) {
    const links = [...Deno.readDirSync(`/proc/${daemon.pid}/fd`)].map(({ name }) => linkOf(daemon.pid, name));
    note(`descriptors are left:\n${links.join("\n")}`);
  }
  if (after.memoryKib > before.memoryKib + SPARE_MEMORY_KIB) note(`memory grew to ${after.memoryKib} KiB`);
}

function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

function linkOf(pid: number, name: string): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
  } catch {
    // Closed in the meantime.
    return "closed";
  }
}

function memoryKib(pid: number): number {
  return Number(/^VmRSS:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0);
}
