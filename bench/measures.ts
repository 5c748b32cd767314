/**
 * The four figures of a dugdale's work, each as a ratio to what the disk or the system does with the bare minimum at
 * the same time.
 *
 * @module
 */
import {
  type BenchClient,
  type BenchDugdale,
  connect,
  diskRate,
  dispatch,
  dispatchBatch,
  median,
  rate,
} from "./harness.ts";

/** What was measured of the dugdale, what of the disk or the system, and the first divided by the second. */
export interface Measured {
  readonly ours: number;
  readonly bare: number;
  readonly ratio: number;
}

function measured(ours: number, bare: number): Measured {
  return { ours, bare, ratio: ours / bare };
}

/** Acknowledged, fsynced dispatches per second that never start, against appends of 4 KiB with fdatasync. */
export async function dispatches(dugdale: BenchDugdale, atOnce: number, seconds = 4): Promise<Measured> {
  const disk = diskRate(dugdale.folder, seconds / 2);
  return measured(await dispatchRate(dugdale, atOnce, seconds), disk.perSecond);
}

/** The first half of {@linkcode dispatches}. */
export async function dispatchRate(dugdale: BenchDugdale, atOnce: number, seconds: number): Promise<number> {
  const clients = await Promise.all(Array.from({ length: atOnce }, () => connect(dugdale.port)));
  const park = (client: BenchClient): Promise<string> => dispatch(client, "parked");
  await rate(clients, park, seconds / 4);
  const perSecond = await rate(clients, park, seconds);
  for (const client of clients) client[Symbol.dispose]();
  return perSecond;
}

/** Acknowledged, fsynced dispatches per second in batches of 1000, against one by one, both by one client. */
export async function batches(dugdale: BenchDugdale, seconds = 4): Promise<Measured> {
  const single = await dispatchRate(dugdale, 1, seconds);
  using client = await connect(dugdale.port);
  const send = (): Promise<unknown> => dispatchBatch(client, 1000, "parked");
  await rate([client], send, seconds / 4);
  return measured(1000 * await rate([client], send, seconds), single);
}

/** Milliseconds for so many missions, submitted one by one to a lane of 4, against `xargs -P4` starting as many. */
export async function missions(dugdale: BenchDugdale, count = 1000): Promise<Measured> {
  const theirs = await throughXargs(count);
  return measured(await throughDugdale(dugdale, count), theirs);
}

/** Milliseconds from submit to done, one at a time, p50, against three fdatasync and one process start. */
export async function waits(dugdale: BenchDugdale, count = 200): Promise<Measured> {
  const disk = diskRate(dugdale.folder);
  const starts: number[] = [];
  const waitMs = await medianWait(dugdale, count, async () => {
    const before = performance.now();
    await new Deno.Command("/bin/true").output();
    starts.push(performance.now() - before);
  });
  return measured(waitMs, 3 * disk.medianMs + median(starts));
}

/** The first half of {@linkcode waits}. @param between What is done before each submit. */
export async function medianWait(
  dugdale: BenchDugdale,
  count: number,
  between?: () => Promise<void>,
): Promise<number> {
  using client = await connect(dugdale.port);
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    await between?.();
    const before = performance.now();
    await succeeded(client, await dispatch(client));
    times.push(performance.now() - before);
  }
  return median(times);
}

/** Runs so many missions to their end; answers how long that took in milliseconds. */
export async function throughDugdale(dugdale: BenchDugdale, count: number): Promise<number> {
  using client = await connect(dugdale.port);
  const start = performance.now();
  let last = "";
  for (let index = 0; index < count; index++) last = await dispatch(client);
  for (;;) {
    const { text } = await client.request("GET", "/v1/lanes");
    if (/"name":"bench"[^}]*"queued":0,"running":0/.test(text)) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const ms = performance.now() - start;
  await succeeded(client, last);
  return ms;
}

async function throughXargs(count: number): Promise<number> {
  const start = performance.now();
  await new Deno.Command("sh", { args: ["-c", `seq ${count} | xargs -P4 -n1 /bin/true`] }).output();
  return performance.now() - start;
}

async function succeeded(client: BenchClient, id: string): Promise<void> {
  const { text } = await client.request("GET", `/v1/missions/${id}/events?follow=true`);
  if (!text.includes('"outcome":"success"')) throw new Error(`mission ${id} did not succeed: ${text}`);
}
