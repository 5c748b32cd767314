import { assertEquals } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { HandClock } from "../hand_clock.ts";

/** More than the 2^31-1 ms that a timer of the platform can wait. */
const MONTHS_MS = 90 * 24 * 3_600_000;

/** Resolves long after a timer that has overflowed would have fired. */
function moment(): Promise<void> {
  return new Promise((resolve) => void systemClock.after(20, resolve));
}

Deno.test("Clock.after() and sleep() wait for months, and an abort ends a sleep at once", async () => {
  const over: string[] = [];
  const stop = new AbortController();
  using _timer = systemClock.after(MONTHS_MS, () => over.push("after"));
  const slept = systemClock.sleep(MONTHS_MS, stop.signal).then(() => over.push("sleep"));
  await moment();
  assertEquals(over, []);
  stop.abort();
  await slept;
  await systemClock.sleep(MONTHS_MS, stop.signal);
  assertEquals(over, ["sleep"]);
});

Deno.test("Clock.after() that is disposed of does nothing", async () => {
  let done = false;
  systemClock.after(1, () => done = true)[Symbol.dispose]();
  await moment();
  assertEquals(done, false);
});

Deno.test("Clock.sleep() leaves neither a timer nor a listener behind", async () => {
  const clock = new HandClock();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener, remove = signal.removeEventListener;
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add.apply(signal, args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (
    listeners--, remove.apply(signal, args)
  );
  const slept = clock.sleep(1000, signal);
  assertEquals([clock.delays, listeners], [[1000], 1]);
  clock.advance(1000);
  await slept;
  assertEquals([clock.delays, listeners], [[], 0]);
});

Deno.test("Clock.every() repeats until it is disposed of, also from within its action", () => {
  const clock = new HandClock();
  const at: number[] = [];
  using timer = clock.every(10, () => {
    at.push(clock.steadyMs());
    if (at.length === 3) timer[Symbol.dispose]();
  });
  clock.advance(100);
  assertEquals([at, clock.delays], [[10, 20, 30], []]);
});
