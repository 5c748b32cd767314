import { assertEquals } from "@std/assert";
import { after, pause } from "../../../dugdale/host/after.ts";
import type { Child } from "../../../dugdale/host/spawn.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";
import { BodyReader } from "../../../dugdale/staging/body_reader.ts";
import { Periodic } from "../../../dugdale/staging/periodic.ts";

/** More than the 2^31-1 ms that a timer of the platform can wait. */
const MONTHS_MS = 90 * 24 * 3_600_000;

/** Resolves long after a timer that has overflowed would have fired. */
function moment(): Promise<void> {
  return new Promise((resolve) => void after(20, resolve));
}

Deno.test("after() and pause() wait for months when told so, and let go at once", async () => {
  const over: string[] = [];
  const stop = new AbortController();
  using _timer = after(MONTHS_MS, () => over.push("after"));
  const paused = pause(MONTHS_MS, stop.signal).then(() => over.push("pause"));
  await moment();
  assertEquals(over, []);
  stop.abort();
  await paused;
  assertEquals(over, ["pause"]);
});

Deno.test("after() that is disposed of does nothing", async () => {
  let done = false;
  after(1, () => done = true)[Symbol.dispose]();
  await moment();
  assertEquals(done, false);
});

Deno.test("a grace, an idle timeout and a sweep interval may be months", async () => {
  const signals: string[] = [];
  using kill = new KillSwitch(MONTHS_MS);
  kill.attach({ signal: (name: string) => signals.push(name) } as unknown as Child);
  kill.kill("timeout");

  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  using reader = new BodyReader(
    new ReadableStream({ start: (controller) => void (body = controller) }),
    1,
    MONTHS_MS,
  );
  const read = reader.read();

  let passes = 0;
  const pass = (): Promise<number> => Promise.resolve(passes++);
  await using _worker = new Periodic({ periodMs: MONTHS_MS, pass, onError: () => {} }, systemClock);

  await moment();
  body?.enqueue(new Uint8Array(1));
  assertEquals((await read)?.length, 1);
  assertEquals(signals, ["SIGTERM"]);
  assertEquals(passes, 0);
});
