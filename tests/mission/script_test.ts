import { assertEquals, assertStringIncludes } from "@std/assert";
import { runMission } from "./run_mission.ts";

const START = "const m = letts.Mission.start();\n";

Deno.test("Mission.success() reports the result and runs nothing after it", async () => {
  const ended = await runMission({
    source: `${START}try { m.success({ a: 1 }); } finally { console.log("finally"); }`,
  });
  assertEquals([ended.lines, ended.code, ended.stdout], [[{ event: "success", return: { a: 1 } }], 0, ""]);
});

for (
  const [call, line] of [
    ["m.success()", { event: "success" }],
    ["m.success({})", { event: "success", return: {} }],
    [`m.fail("boom")`, { event: "fail", message: "boom", reason: "explicit", exit_code: 1 }],
    [`m.fail("boom", { exitCode: 255, details: {}, reason: "r" })`, {
      event: "fail",
      message: "boom",
      reason: "r",
      exit_code: 255,
      details: {},
    }],
  ] as const
) {
  Deno.test(`Mission: ${call} writes exactly one line`, async () => {
    const ended = await runMission({ source: START + call });
    assertEquals([ended.lines, ended.code], [[line], "exit_code" in line ? line.exit_code : 0]);
  });
}

for (const call of [`m.success([] as never)`, `m.success({ a: 1n })`, `m.fail("x", { exitCode: 0 })`]) {
  Deno.test(`Mission: the refused call ${call} has not ended the mission`, async () => {
    const ended = await runMission({
      source: `${START}try { ${call}; } catch (error) { m.fail("caught " + error.code); }`,
    });
    assertEquals(ended.lines.length, 1);
    assertStringIncludes(String(ended.lines[0]?.message), "caught ");
  });
}

Deno.test("Mission refuses a second ending from an exit hook", async () => {
  const ended = await runMission({
    source:
      `${START}addEventListener("unload", () => { try { m.fail("second"); } catch (error) { console.log(error.code); } });
      m.success();`,
  });
  assertEquals([ended.lines, ended.code, ended.stdout], [[{ event: "success" }], 0, "already_ended\n"]);
});

Deno.test("Mission that ends without an ending reports only its last progress, and exits with 0", async () => {
  const ended = await runMission({ source: `${START}m.progress(0.1); m.progress(0.2); m.progress(0.3);` });
  assertEquals(ended.lines, [{ event: "progress", value: 0.1 }, { event: "progress", value: 0.3 }]);
  assertEquals(ended.code, 0);
});

for (
  const [how, code] of [
    ["at the top", `throw new Error("boom");`],
    ["after an await", `await 0; throw new Error("boom");`],
    ["in a timer", `setTimeout(() => { throw new Error("boom"); }, 1);`],
    ["in a promise", `Promise.reject(new Error("boom"));`],
  ]
) {
  Deno.test(`Mission reports what is thrown ${how}`, async () => {
    const ended = await runMission({ source: START + code });
    assertEquals(ended.lines.map((line) => [line.event, line.message, line.reason]), [
      ["fail", "boom", "uncaught_exception"],
    ]);
    assertEquals(ended.code, 1);
    assertStringIncludes(ended.stderr, "Error: boom\n    at ");
  });
}

Deno.test("Mission reports an uncaught MissionFailure unchanged", async () => {
  const ended = await runMission({
    source: `${START}throw new letts.MissionFailure("no", { exitCode: 4 });`,
  });
  assertEquals([ended.lines[0]?.reason, ended.code, ended.stderr], ["explicit", 4, ""]);
});

Deno.test("Mission.start() parses the input, and ends the process when it cannot", async () => {
  const parse = `const m = letts.Mission.start({ parse: (raw) => {
    if (raw.n === undefined) throw new Error("n is missing");
    return Number(raw.n);
  } });
  m.success({ n: m.input });`;
  assertEquals((await runMission({ source: parse, input: `{"n":2}` })).lines[0]?.return, { n: 2 });
  const refused = await runMission({ source: parse });
  assertEquals(refused.lines.map((line) => [line.message, line.reason]), [["n is missing", "invalid_input"]]);
  assertEquals(refused.code, 1);
});

Deno.test("Mission.start() is refused the second time", async () => {
  const ended = await runMission({ source: `${START}letts.Mission.start();` });
  assertEquals((ended.lines[0]?.details as { class: string }).class, "AlreadyStartedError");
});
