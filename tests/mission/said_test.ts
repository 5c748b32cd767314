/** What a mission says on its way, told by the record of a real dugdale, by the lines themselves, and by stderr. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Fields } from "../contract/dugdale.ts";
import { runMission } from "./run_mission.ts";
import { openUnderDugdale } from "./under_dugdale.ts";

const SAYS = `
  m.note("first");
  m.state("loading");
  m.progress(0.5);
  try { null.x } catch (error) { m.warn(error, { tried: 2 }); }
  m.warn("disk is slow", { ms: 900 });
  m.meta({ rows: 7, status: "mine" });
  m.state("drawing");
  m.note("second");
  return { last: m.lastState, states: m.states };`;

/** The mission by itself, with these features. */
const runWith = (features: string | undefined, body = SAYS) =>
  runMission({
    source: `await letts.mission(async (m) => { ${body} });`,
    env: features === undefined ? {} : { LETTS_FEATURES: features },
  });

Deno.test("L19, L20, L24, L28: under a dugdale the record has notes, warnings, facts and states", async () => {
  await using dugdale = await openUnderDugdale();
  await dugdale.write("m.ts", `await letts.mission(async (m) => { ${SAYS} });`);
  const { record, stderr } = await dugdale.run("m.ts");
  assertEquals([record.outcome, stderr], ["success", ""]);
  assertEquals(record.notes, ["first", "second"]);
  assertEquals((record.notes as string[]).join(" "), "first second");
  assertEquals(record.meta, { rows: 7, status: "mine" });
  assertEquals(record.status, "done");
  assertEquals([record.state, record.states], ["drawing", ["loading", "drawing"]]);
  assertEquals(record.return, { last: "drawing", states: ["loading", "drawing"] });
  const [thrown, slow] = record.warnings as { message: string; details: Fields }[];
  assertEquals(slow, { message: "disk is slow", details: { ms: 900 } });
  assertStringIncludes(thrown?.message ?? "", "null");
  assertEquals([thrown?.details.class, thrown?.details.tried], ["TypeError", 2]);
  assertStringIncludes(String(thrown?.details.file), "/m.ts");
});

Deno.test("what is said comes after the progress that was reported before it", async () => {
  const { lines } = await runWith("note,warn,meta,state", "m.progress(0.1); m.progress(0.2); m.note('n');");
  assertEquals(lines.map(({ event, value }) => [event, value]), [
    ["progress", 0.1],
    ["progress", 0.2],
    ["note", undefined],
    ["success", undefined],
  ]);
});

Deno.test("to a dugdale without features nothing is said that it does not know", async () => {
  for (const features of [undefined, "", "later"]) {
    const { lines, stderr } = await runWith(features);
    const events = new Set(lines.map(({ event }) => event));
    assertEquals([...events], ["progress", "success"], features);
    assert(lines.some(({ message }) => message === "loading"));
    for (const text of ["[note] first\n", '[warning] disk is slow {"ms":900}\n', '[meta] {"rows":7']) {
      assertStringIncludes(stderr, text);
    }
  }
});

Deno.test("the features are asked for one by one", async () => {
  const { lines, stderr } = await runWith("note,state");
  assertEquals(lines.filter(({ event }) => event === "note").length, 2);
  assertEquals(lines.some(({ event }) => event === "warn" || event === "meta"), false);
  assertStringIncludes(stderr, "[warning] disk is slow");
});

Deno.test("from a shell what is said goes to stderr", async () => {
  const ended = await runMission({
    mode: "shell",
    source: `await letts.mission(async (m) => { ${SAYS.replace("null.x", "throw new RangeError('odd')")} });`,
  });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(JSON.parse(ended.stdout), { last: "drawing", states: ["loading", "drawing"] });
  const lines = ended.stderr.trimEnd().split("\n");
  assertStringIncludes(lines[3] ?? "", "[warning] odd {");
  assertEquals(lines.toSpliced(3, 1), [
    "[note] first",
    "[state] loading",
    "[progress] 0.50 loading",
    '[warning] disk is slow {"ms":900}',
    '[meta] {"rows":7,"status":"mine"}',
    "[state] drawing",
    "[note] second",
  ]);
});

Deno.test("an empty text, and facts that JSON cannot hold, are refused by the call that has them", async () => {
  for (
    const call of ["note('')", "state('')", "warn('')", "warn('x', [1])", "meta([1])", "meta({ a: NaN })"]
  ) {
    const { lines } = await runWith("note,warn,meta,state", `m.${call};`);
    assertEquals(lines.map(({ event }) => event), ["fail"], call);
    assertEquals(lines[0]?.reason, "uncaught_exception", call);
  }
});
