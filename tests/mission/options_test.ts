import { assertEquals, assertStringIncludes } from "@std/assert";
import { runMission } from "./run_mission.ts";

Deno.test("mission() hands the parsed input on, typed", async () => {
  const ended = await runMission({
    source: `await letts.mission((m) => ({ twice: m.input.n * 2, raw: m.rawInput }), {
      parse: (raw) => ({ n: Number(raw.n) }),
    });`,
    input: `{"n":"21"}`,
  });
  assertEquals(ended.lines[0]?.return, { twice: 42, raw: { n: "21" } });
});

Deno.test("mission() calls a parser that throws invalid input, before any hook", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => ({}), {
      parse: () => { throw new TypeError("video_id is missing"); },
      before: () => console.log("before"), after: () => console.log("after"),
    });`,
  });
  assertEquals([ended.lines[0]?.reason, ended.lines[0]?.message], ["invalid_input", "video_id is missing"]);
  assertEquals([ended.code, ended.stdout], [1, ""]);
});

for (const input of ["null", ""]) {
  Deno.test(`mission() takes the input ${JSON.stringify(input)} for an empty object`, async () => {
    const ended = await runMission({
      source:
        `await letts.mission((m) => ({ raw: m.rawInput, parsed: m.input, n: m.int("n", 3), has: m.has("n") }), {
        parse: (raw) => raw,
      });`,
      input,
    });
    assertEquals(ended.lines[0]?.return, { raw: input === "" ? {} : null, parsed: {}, n: 3, has: false });
  });
}

Deno.test("mission() makes a path into a scalar input, and a text that is no JSON, invalid input", async () => {
  const scalar = await runMission({
    source: `await letts.mission((m) => ({ n: m.get("n", 1) }));`,
    input: "7",
  });
  assertEquals(scalar.lines[0]?.reason, "invalid_input");
  assertStringIncludes(String(scalar.lines[0]?.message), "the number 7");
  const broken = await runMission({ source: `await letts.mission(() => ({}));`, input: "{" });
  assertEquals([broken.lines[0]?.reason, broken.code], ["invalid_input", 1]);
  const whole = await runMission({
    source: `await letts.mission((m) => ({ raw: m.rawInput }));`,
    input: "7",
  });
  assertEquals(whole.lines[0]?.return, { raw: 7 });
});
