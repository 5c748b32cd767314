import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../cli/errors.ts";
import { waitLimit } from "../../../cli/parse/wait_limit.ts";

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
