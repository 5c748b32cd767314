import { assertEquals, assertThrows } from "@std/assert";
import {
  ALIAS,
  DUGDALE_ID,
  FILE_ROLE,
  InvalidNameError,
  LABEL,
  LANE_NAME,
  MISSION_NAME,
  type NameRule,
  STAGING_ID,
  TEMPLATE_NAME,
} from "../../protocol/names.ts";

const SAMPLES: readonly (readonly [rule: NameRule, good: readonly string[], bad: readonly string[]])[] = [
  [LANE_NAME, ["a", "a-_9", "a".repeat(32)], ["", "9", "A", "-a", "_a", "ä", "a b", "a\n", "a".repeat(33)]],
  [LABEL, ["a", "a".repeat(32)], ["", "9", "a".repeat(33)]],
  [DUGDALE_ID, ["a", "a-_9", "a".repeat(64)], ["", "5", "A", "a.b", "a\n", "a".repeat(65)]],
  [TEMPLATE_NAME, ["a", "a".repeat(64)], ["", "5", "_a"]],
  [ALIAS, ["a", "5", "0-a_b", "a".repeat(64)], ["", "-a", "_a", "A", "a.b", "a\n", "a".repeat(65)]],
  [MISSION_NAME, ["a", "_", "9", "A.b-c", "a".repeat(128)], ["", ".a", "-a", "a/b", "a b", "a".repeat(129)]],
  [FILE_ROLE, ["a", "_a", "A9", "a".repeat(64)], ["", "__a", "9", "a-b", "a.b", "a".repeat(65)]],
  [STAGING_ID, ["01890a5d-ac96-774b-bcce-b302099a8057"], [
    "",
    "01890A5D-AC96-774B-BCCE-B302099A8057",
    "01890a5d-ac96-474b-bcce-b302099a8057",
    "01890a5d-ac96-774b-7cce-b302099a8057",
    "01890a5d-ac96-774b-bcce-b302099a8057\n",
  ]],
];

Deno.test("NameRule distinguishes names that keep their rule from those that break it", () => {
  for (const [rule, good, bad] of SAMPLES) {
    for (const name of good) {
      assertEquals([rule.is(name), rule.fault(name), rule.parse(name)], [true, undefined, name]);
    }
    for (const name of bad) {
      assertEquals(rule.is(name), false, `${rule.what} ${name}`);
      assertThrows(() => rule.parse(name), InvalidNameError, rule.words);
    }
  }
});

Deno.test("NameRule.fault() names the thing, the value and the rule", () => {
  assertEquals(
    LANE_NAME.fault("A b"),
    'lane name "A b" must be 1 to 32 of a-z, 0-9, _ and -, starting with a letter',
  );
  assertEquals(FILE_ROLE.fault("__x", "files[].role")?.startsWith('files[].role "__x" must be'), true);
});
