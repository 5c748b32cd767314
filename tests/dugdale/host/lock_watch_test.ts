import { assertEquals } from "@std/assert";
import { LockWatch } from "../../../dugdale/host/lock_watch.ts";
import { HandClock } from "../hand_clock.ts";

Deno.test("LockWatch looks every 2 s for the first minute, then every 30 s, and reports the loss once", () => {
  const clock = new HandClock();
  let looks = 0, losses = 0;
  using _watch = new LockWatch({ isIntact: () => ++looks < 32 }, clock, () => losses++);
  for (let count = 0; count < 30; count++) clock.advance(2000);
  clock.advance(30_000);
  assertEquals([looks, losses], [31, 0]);
  clock.advance(30_000);
  assertEquals([looks, losses, clock.delays], [32, 1, []]);
});

Deno.test("LockWatch looks no more once it is disposed of", () => {
  const clock = new HandClock();
  new LockWatch({ isIntact: () => true }, clock, () => {})[Symbol.dispose]();
  assertEquals(clock.delays, []);
});
