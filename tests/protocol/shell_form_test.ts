import { assertEquals } from "@std/assert";
import { isShellForm } from "../../protocol/shell_form.ts";

for (
  const [line, expected] of [
    ["sh -c ls", true],
    ["/bin/bash -lc ls", true],
    ["zsh --command ls", true],
    ["sh script/script", false],
    ["sh --noprofile x", false],
    ["env sh -c ls", false],
    ["dash -x script", false],
    ["ksh a -ec b", true],
    ["sh -\nc", true],
    ["", false],
  ] as const
) {
  Deno.test(`isShellForm() of "${line}" is ${expected}`, () => {
    assertEquals(isShellForm(line.split(" ")), expected);
  });
}
