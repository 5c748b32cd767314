import { assertEquals, assertStringIncludes } from "@std/assert";
import { openFleet } from "../cli/fleet.ts";

/** So many arrays within each other. */
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

Deno.test("an input that is nested more than 256 levels deep is refused by the rule's name, and 256 levels run", async () => {
  await using fleet = await openFleet(1);
  const run = async (depth: number) =>
    await fleet.cli(["run", "-q", "--route", "normal", "--mission", "silent", "--input", nested(depth)]);
  assertEquals((await run(256)).code, 0);
  const { code, stderr } = await run(257);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    "bad_request — input is nested more than 256 levels deep, which limits.max_json_depth allows",
  );
});

Deno.test("a mission that returns more than 256 levels fails with the rule's name", async () => {
  await using fleet = await openFleet(1);
  const event = (depth: number): string => `{"event":"success","return":{"a":${nested(depth)}}}`;
  for (const [name, depth] of [["most", 255], ["deep", 256], ["deeper", 20_000]] as const) {
    await Deno.writeTextFile(`${fleet.folder}/missions/${name}.sh`, `echo '${event(depth)}' >&3\n`);
  }
  const most = await fleet.cli(["run", "--route", "normal", "--mission", "most"]);
  assertEquals([most.code, JSON.parse(most.stdout)], [0, { a: JSON.parse(nested(255)) }]);
  const deep = await fleet.cli(["run", "-q", "--route", "normal", "--mission", "deep"]);
  assertEquals(deep.code, 1);
  assertStringIncludes(
    deep.stderr,
    '"return" is nested more than 256 levels deep, which limits.max_json_depth allows',
  );
  const deeper = await fleet.cli(["run", "-q", "--route", "normal", "--mission", "deeper"]);
  assertEquals(deeper.code, 1);
  assertStringIncludes(deeper.stderr, "nested more than 10000 levels deep");
});
