import { assert, assertEquals } from "@std/assert";
import { Ids } from "../../protocol/ids.ts";
import { isUuidV7 } from "../../protocol/names.ts";

const timeOf = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

Deno.test("Ids makes UUIDv7s that rise also within one millisecond, more than it has room for", () => {
  const ids = new Ids(() => 1_700_000_000_000);
  const made = Array.from({ length: 10_000 }, (_, index) => index % 2 ? ids.mission() : ids.staging());
  assertEquals(made, [...new Set(made)].sort());
  assert(made.every(isUuidV7));
  assertEquals([timeOf(made[0] ?? ""), timeOf(made.at(-1) ?? "")], [1_700_000_000_000, 1_700_000_000_002]);
});

Deno.test("Ids keeps rising when the clock is set back, and follows it forward", () => {
  let nowMs = 50;
  const ids = new Ids(() => nowMs);
  const first = ids.mission();
  nowMs = 20;
  const second = ids.mission();
  nowMs = 60;
  const third = ids.mission();
  assert(first < second && second < third);
  assertEquals([first, second, third].map(timeOf), [50, 50, 60]);
});
