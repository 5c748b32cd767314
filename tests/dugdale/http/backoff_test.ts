import { assertEquals } from "@std/assert";
import { Backoff } from "../../../dugdale/http/backoff.ts";

function turned(): {
  backoff: Backoff;
  clock: { nowMs: number; wallMs: () => number; steadyMs: () => number };
} {
  const clock = { nowMs: 0, wallMs: () => 0, steadyMs: () => clock.nowMs };
  return { backoff: new Backoff(clock), clock };
}

Deno.test("Backoff doubles the wait from the fifth failure on, up to 30 s", () => {
  const { backoff, clock } = turned();
  const waits: number[] = [];
  for (let count = 1; count <= 15; count++) {
    backoff.failed("a");
    waits.push(backoff.remainingMs("a"));
    clock.nowMs += 40_000;
  }
  const doubled = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000];
  assertEquals(waits, [0, 0, 0, 0, ...doubled]);
});

Deno.test("Backoff counts down to the millisecond, forgets after a success and after an hour", () => {
  const { backoff, clock } = turned();
  for (let count = 1; count <= 6; count++) backoff.failed("a");
  clock.nowMs = 199;
  assertEquals([backoff.remainingMs("a"), backoff.remainingMs("b")], [1, 0]);
  clock.nowMs = 200;
  assertEquals(backoff.remainingMs("a"), 0);
  clock.nowMs += 3_600_001;
  backoff.remainingMs("a");
  backoff.failed("a");
  assertEquals(backoff.remainingMs("a"), 0, "the first failure of a new count");
  for (let count = 1; count <= 4; count++) backoff.failed("a");
  backoff.succeeded("a");
  assertEquals(backoff.remainingMs("a"), 0);
});
