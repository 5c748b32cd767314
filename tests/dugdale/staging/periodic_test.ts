import { assertEquals } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { Periodic } from "../../../dugdale/staging/periodic.ts";
import { HandClock } from "../hand_clock.ts";

const fail = (error: unknown) => {
  throw error;
};

Deno.test("Periodic repeats its work, also after a failure", async () => {
  const errors: unknown[] = [];
  let passes = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pass = () => {
    if (++passes === 3) resolve();
    return passes === 1 ? Promise.reject(new Error("first")) : Promise.resolve();
  };
  await using _worker = new Periodic(
    { periodMs: 1, pass, onError: (error) => errors.push(error) },
    systemClock,
  );
  await promise;
  assertEquals(errors.length, 1);
});

Deno.test("Periodic starts at once when told so, and else after one period", async () => {
  let late = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const base = { periodMs: 60_000, onError: fail };
  await using _now = new Periodic(
    { ...base, pass: () => Promise.resolve(resolve()), atStart: true },
    systemClock,
  );
  await using _later = new Periodic({ ...base, pass: () => Promise.resolve(late++) }, systemClock);
  await promise;
  assertEquals(late, 0);
});

Deno.test("Disposing of a Periodic ends the pass and waits for it", async () => {
  let ended = false;
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const pass = async (stopping: AbortSignal) => {
    resolve();
    await new Promise((resolve) => stopping.addEventListener("abort", resolve));
    await Promise.resolve();
    ended = true;
    stopping.throwIfAborted();
  };
  const worker = new Periodic({ periodMs: 60_000, pass, onError: fail, atStart: true }, systemClock);
  await started;
  await worker[Symbol.asyncDispose]();
  assertEquals(ended, true);
});

Deno.test("A Periodic whose work takes long makes longer pauses", async () => {
  const clock = new HandClock();
  const pass = () => {
    clock.advance(1000);
    return Promise.resolve();
  };
  await using _worker = new Periodic({ periodMs: 1, pass, onError: fail, atStart: true }, clock);
  await clock.timer(10_000);
  assertEquals(clock.delays, [10_000]);
});
