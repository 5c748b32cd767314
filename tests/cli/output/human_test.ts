import { assertEquals } from "@std/assert";
import { humanBytes, humanDuration, humanTime } from "../../../cli/output/human.ts";

for (
  const [ms, text] of [
    [0, "0ms"],
    [999, "999ms"],
    [4210, "4.2s"],
    [9999, "10s"],
    [59_600, "1m"],
    [200_000, "3m20s"],
    [3_600_000, "1h"],
    [187_200_000, "2d4h"],
  ] as const
) {
  Deno.test(`humanDuration() of ${ms} is ${text}`, () => assertEquals(humanDuration(ms), text));
}

Deno.test("humanTime() counts from now in both directions", () => {
  const now = 1_700_000_000_000;
  assertEquals(humanTime(now - 300, now), "just now");
  assertEquals(humanTime(now - 59_999, now), "59s ago");
  assertEquals(humanTime(now - 3 * 3_600_000, now), "3h ago");
  assertEquals(humanTime(now + 2 * 86_400_000, now), "in 2d");
});

Deno.test("humanBytes() has three digits", () => {
  assertEquals([0, 812, 1024, 1_000_000, 5_000_000_000].map(humanBytes), [
    "0 B",
    "812 B",
    "1.00 KiB",
    "977 KiB",
    "4.66 GiB",
  ]);
});
