import { assertEquals } from "@std/assert";
import { LockWatch } from "../../../dugdale/host/lock_watch.ts";

Deno.test("LockWatch tells once that the lock is lost, and looks less often when the daemon is older", async () => {
  const looks: number[] = [];
  const lost = Promise.withResolvers<void>();
  let calls = 0;
  const isIntact = () => {
    looks.push(performance.now());
    return looks.length < 6;
  };
  using _watch = new LockWatch(
    { isIntact },
    () => {
      calls++;
      lost.resolve();
    },
    { earlyMs: 2, youngMs: 6, lateMs: 40 },
  );
  await lost.promise;
  const pauses = looks.slice(1).map((at, index) => at - looks[index]!);
  assertEquals(pauses.map((ms) => ms >= 38), [false, false, true, true, true], String(pauses));
  assertEquals([looks.length, calls], [6, 1]);
});

Deno.test("LockWatch looks no more once it is disposed of", async () => {
  let looks = 0;
  const watch = new LockWatch({ isIntact: () => ++looks > 0 }, () => {}, {
    earlyMs: 1,
    youngMs: 9,
    lateMs: 1,
  });
  watch[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(looks, 0);
});
