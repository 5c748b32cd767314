import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../../cli/errors.ts";
import { stdinMode } from "../../../../cli/commands/exec/stdin_mode.ts";

for (
  const [asked, isTerminal, hosts, expected] of [
    [undefined, true, 1, "none"],
    [undefined, false, 1, "none"],
    [undefined, false, 2, "none"],
    ["auto", true, 1, "none"],
    ["auto", true, 2, "none"],
    ["auto", false, 1, "single or none"],
    ["auto", false, 2, undefined],
    ["none", false, 2, "none"],
    ["single", false, 1, "single"],
    ["single", true, 1, undefined],
    ["single", false, 2, undefined],
    ["broadcast", false, 1, "broadcast"],
    ["broadcast", false, 2, "broadcast"],
    ["broadcast", true, 2, undefined],
  ] as const
) {
  const what = `--stdin=${asked} on ${isTerminal ? "a terminal" : "a pipe"} for ${hosts}`;
  Deno.test(`stdinMode() of ${what} is ${expected ?? "refused"}`, () => {
    if (expected === undefined) {
      assertThrows(() => stdinMode({ asked, isTerminal, hosts }), UsageError);
      return;
    }
    const { mode, emptyIsNone } = stdinMode({ asked, isTerminal, hosts });
    assertEquals(emptyIsNone ? `${mode} or none` : mode, expected);
  });
}
