import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { InTurns } from "../../../dugdale/run/in_turns.ts";

Deno.test("InTurns hands little on at once", () => {
  const taken: number[] = [];
  const turns = new InTurns((piece) => void taken.push(...piece), systemClock);
  assertEquals(turns.write(new Uint8Array([1, 2])), undefined);
  assertEquals(turns.write(new Uint8Array([3])), undefined);
  assertEquals([taken, turns.settled], [[1, 2, 3], undefined]);
});

Deno.test("InTurns hands all bytes on in their order, and lets others have their turn", async () => {
  const sent = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
  const taken: number[] = [];
  let others = 0;
  const timer = setInterval(() => others++, 0);
  const turns = new InTurns((piece) => {
    taken.push(...piece);
    for (const startMs = performance.now(); performance.now() < startMs + 0.2;);
  }, systemClock);
  void turns.write(sent.subarray(0, 100_000));
  await turns.write(sent.subarray(100_000));
  clearInterval(timer);
  assertEquals([new Uint8Array(taken), turns.settled], [sent, undefined]);
  assert(others > 5, `${others} turns`);
});
