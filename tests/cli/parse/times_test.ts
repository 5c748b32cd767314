import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../cli/errors.ts";
import { parseTime, waitLimit } from "../../../cli/parse/times.ts";

const NOW = 1_700_000_000_000;

for (
  const [text, expected] of [
    ["-2d", NOW - 172_800_000],
    ["2d", NOW - 172_800_000],
    ["-1h30m", NOW - 5_400_000],
    ["1h", NOW - 3_600_000],
    ["1d12h", NOW - 129_600_000],
    ["2026-01-31T08:00Z", Date.UTC(2026, 0, 31, 8)],
    ["2026-01-31 08:00:00.5+01:00", Date.UTC(2026, 0, 31, 7, 0, 0, 500)],
    ["2026-01-31T08:00", new Date(2026, 0, 31, 8).getTime()],
    ["2026-01-31", new Date(2026, 0, 31).getTime()],
    ["1600000000000", 1_600_000_000_000],
    ["0", undefined],
    ["-5", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`parseTime() of "${text}" is ${expected}`, () => {
    assertEquals(parseTime("--since", text, NOW), expected);
  });
}

Deno.test("parseTime() refuses what is no time", () => {
  for (
    const text of [
      "--1h",
      "yesterday",
      "-1x",
      "-1.5d",
      "1.5",
      "d",
      "-",
      "2026-02-30",
      "2026-01-31T25:00",
      "2026-1-3",
    ]
  ) {
    assertThrows(() => parseTime("--since", text, NOW), UsageError, "--since");
  }
});

for (
  const [wait, timeout, expected] of [
    ["0", "5s", undefined],
    ["1m", "5s", 60_000],
    ["0s", undefined, 0],
    ["-5s", undefined, -5000],
    [undefined, "5s", 35_000],
    [undefined, undefined, undefined],
  ] as const
) {
  Deno.test(`waitLimit() of --wait-timeout ${wait} and --timeout ${timeout} is ${expected}`, () => {
    assertEquals(waitLimit({ "wait-timeout": wait, timeout }), expected);
  });
}

Deno.test("waitLimit() refuses what is no duration", () => {
  assertThrows(() => waitLimit({ "wait-timeout": "1d", timeout: undefined }), UsageError, "--wait-timeout");
  assertThrows(() => waitLimit({ "wait-timeout": "0", timeout: "x" }), UsageError, "--timeout");
});
