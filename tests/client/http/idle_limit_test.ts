import { assertEquals } from "@std/assert";
import { LinkedAbort } from "../../../client/abort.ts";
import { IdleLimit } from "../../../client/http/idle_limit.ts";

/** Resolves with the reason of the signal when it aborts. */
function aborted({ signal }: LinkedAbort): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

Deno.test("IdleLimit aborts when a step takes too long", async () => {
  const abort = new LinkedAbort();
  const idle = new IdleLimit(abort, 5, () => "too long");
  idle.begin();
  assertEquals(await aborted(abort), "too long");
  idle.end();
});

Deno.test("IdleLimit counts from the last step that began, not from the first", async () => {
  const abort = new LinkedAbort();
  const idle = new IdleLimit(abort, 1000, () => performance.now());
  idle.begin();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const secondMs = performance.now();
  idle.begin();
  const endedMs = await aborted(abort);
  assertEquals(typeof endedMs === "number" && endedMs - secondMs >= 990, true);
  idle.end();
});

Deno.test("IdleLimit does not count between steps, and leaves no timer behind", async () => {
  const abort = new LinkedAbort();
  const idle = new IdleLimit(abort, 5, () => "too long");
  idle.begin();
  idle.pause();
  await new Promise((resolve) => setTimeout(resolve, 15));
  assertEquals(abort.signal.aborted, false);
  idle.begin();
  idle.end();
  assertEquals(abort.signal.aborted, false);
});

Deno.test("IdleLimit without a limit sets no timer", () => {
  new IdleLimit(new LinkedAbort(), Infinity, () => "too long").begin();
});
