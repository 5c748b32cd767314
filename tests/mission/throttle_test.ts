import { assertEquals } from "@std/assert";
import { Throttle } from "../../mission/throttle.ts";
import { fakeHost } from "./fake_host.ts";

Deno.test("Throttle sends the first at once and keeps only the last of those that come too soon", () => {
  const host = fakeHost();
  const sent: number[] = [];
  const pace = new Throttle<number>(host, 60_000, (value) => sent.push(value));
  for (const value of [1, 2, 3]) pace.offer(value);
  assertEquals(sent, [1]);
  host.fire();
  assertEquals(sent, [1, 3]);
  host.fire();
  assertEquals(sent, [1, 3]);
});

Deno.test("Throttle.flush() sends what is held, once", () => {
  const host = fakeHost();
  const sent: number[] = [];
  const pace = new Throttle<number>(host, 60_000, (value) => sent.push(value));
  pace.flush();
  for (const value of [1, 2]) pace.offer(value);
  pace.flush();
  pace.flush();
  host.fire();
  assertEquals(sent, [1, 2]);
});
