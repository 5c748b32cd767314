import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../cli/errors.ts";
import { parseTime, waitLimit } from "../../../cli/parse/times.ts";

const NOW = 1_700_000_000_000;

for (
  const [text, expected] of [
    ["-2d", NOW - 172_800_000],
    ["-1h30m", NOW - 5_400_000],
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
  for (const text of ["1h", "yesterday", "-1x", "-1.5d", "1.5"]) {
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
