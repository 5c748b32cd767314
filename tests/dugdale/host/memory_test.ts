import { assert, assertEquals } from "@std/assert";
import { IdleMemory } from "../../../dugdale/host/memory.ts";
import { HandClock } from "../hand_clock.ts";

/** Memory that nothing holds, and what tells whether it is still there. */
function garbage(bytes: number): WeakRef<Uint8Array> {
  return new WeakRef(new Uint8Array(bytes).fill(1));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("memory that the start needed is given back at once", async () => {
  const left = garbage(1000);
  await turn();
  using _memory = new IdleMemory(() => true, new HandClock());
  assertEquals(left.deref(), undefined);
});

Deno.test("memory that work needed is given back when there is no more work", async () => {
  let idle = false;
  const clock = new HandClock();
  using _memory = new IdleMemory(() => idle, clock);
  // So much that only a growth of the process tells it, and none of it is collected for want of space.
  const left = garbage(32 * 2 ** 20);
  const due = async (): Promise<void> => {
    // A reference that was asked for holds until the end of the turn.
    await turn();
    clock.advance(10_000);
  };
  await due();
  assert(left.deref() !== undefined, "not while there is work");
  idle = true;
  while (left.deref() !== undefined) await due();
});
