import { assertEquals, assertRejects } from "@std/assert";
import { LinkedAbort, orAborted, pause } from "../../client/abort.ts";

Deno.test("LinkedAbort aborts with the first of its parents, also one that has aborted already", () => {
  const a = new AbortController();
  const b = new AbortController();
  const linked = new LinkedAbort(a.signal, undefined, b.signal);
  b.abort("b");
  a.abort("a");
  assertEquals(linked.signal.reason, "b");
  assertEquals(new LinkedAbort(a.signal).signal.reason, "a");
});

Deno.test("LinkedAbort follows no signal once it is released", () => {
  const parent = new AbortController();
  const linked = new LinkedAbort(parent.signal);
  linked.abortAfter(1, () => "late");
  linked.release();
  parent.abort();
  assertEquals(linked.signal.aborted, false);
});

Deno.test("LinkedAbort.abortAfter() takes times that no timer can hold", () => {
  const linked = new LinkedAbort();
  for (const ms of [2 ** 31, 1e15, Infinity]) linked.abortAfter(ms, () => "early");
  assertEquals(linked.signal.aborted, false);
  linked.release();
});

Deno.test("pause() and orAborted() end with the signal's reason", async () => {
  const reason = new Error("enough");
  const abort = new AbortController();
  const waiting = [pause(60_000, abort.signal), orAborted(new Promise(() => {}), abort.signal)];
  abort.abort(reason);
  for (const one of waiting) assertEquals(await assertRejects(() => one), reason);
  assertEquals(await assertRejects(() => pause(0, abort.signal)), reason);
});
