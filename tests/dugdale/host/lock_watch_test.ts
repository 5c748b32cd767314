import { assertEquals } from "@std/assert";
import { LockWatch } from "../../../dugdale/host/lock_watch.ts";
import { HandTimers } from "../hand_timers.ts";

Deno.test("LockWatch looks every 2 s for the first minute, then every 30 s, and tells once of the loss", () => {
  using timers = new HandTimers();
  let looks = 0, losses = 0;
  using _watch = new LockWatch({ isIntact: () => ++looks < 32 }, () => losses++);
  for (let count = 0; count < 30; count++) timers.turn(2000);
  timers.turn(30_000);
  assertEquals([looks, losses], [31, 0]);
  timers.turn(30_000);
  assertEquals([looks, losses, timers.waits], [32, 1, []]);
});

Deno.test("LockWatch looks no more once it is disposed of", () => {
  using timers = new HandTimers();
  new LockWatch({ isIntact: () => true }, () => {})[Symbol.dispose]();
  assertEquals(timers.waits, []);
});
