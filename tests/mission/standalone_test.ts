import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runMission, type RunPlan, startMission } from "./run_mission.ts";

/** Runs by hand a mission that gives its input back. */
async function inputOf(args: readonly string[], plan: RunPlan = {}): Promise<unknown> {
  const ended = await runMission({
    mode: "shell",
    source: `await letts.mission((m) => ({ input: m.input }));`,
    args,
    ...plan,
  });
  assertEquals(ended.code, 0, ended.stderr);
  return JSON.parse(ended.stdout).input;
}

Deno.test("readArguments() takes the first argument that gives an input and leaves the others", async () => {
  assertEquals(await inputOf([]), {});
  assertEquals(await inputOf([`--input={"a":1}`]), { a: 1 });
  assertEquals(await inputOf(["--verbose", `--input=[1]`, `--input={"b":2}`]), [1]);
  assertEquals(await inputOf(["--input", `{"a":1}`]), {});
  assertEquals(await inputOf(["--input="]), {});
  assertEquals(await inputOf(["--input=-"], { input: `{"from":"stdin"}` }), { from: "stdin" });
  assertEquals(await inputOf(["--input-file=-"], { input: `{"from":"stdin"}` }), { from: "stdin" });
  assertEquals(await inputOf(["--input-file=tmp/.stdin", "--input={}"], { input: `{"in":"file"}` }), {
    in: "file",
  });
});

for (const text of ["1", "null", `"x"`, "{", "true"]) {
  Deno.test(`mission() from a shell refuses the input ${text}`, async () => {
    const ended = await runMission({
      mode: "shell",
      source: `await letts.mission(() => ({}));`,
      args: [`--input=${text}`],
    });
    assertEquals([ended.code, ended.stdout], [1, ""]);
    assertStringIncludes(ended.stderr, "input ");
    assertEquals(ended.stderr.trim().split("\n").length, 1, ended.stderr);
  });
}

Deno.test("mission() from a shell names the input file that it cannot read", async () => {
  const ended = await runMission({
    mode: "shell",
    source: `await letts.mission(() => ({}));`,
    args: ["--input-file=nowhere.json"],
  });
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, "input file nowhere.json cannot be read");
});

Deno.test("Terminal writes progress to stderr, ten times a second and the last one always, and the indented result to stdout", async () => {
  const ended = await runMission({
    mode: "shell",
    source: `await letts.mission(async (m) => {
      m.progress(0, "begin");
      for (let i = 1; i <= 1000; i++) m.progress(i / 1000, "step");
      await Deno.writeTextFile(m.output("k"), "text");
      m.progress(undefined, "x"); m.progress(undefined, "end");
      return { a: [1] };
    });`,
  });
  const lines = ended.stderr.trimEnd().split("\n");
  assertEquals([lines[0], lines.at(-1)], ["[progress] 0.00 begin", "[progress] end"]);
  assertEquals(lines.slice(lines.indexOf("[output-file] key=k") - 1).slice(0, 2), [
    "[progress] 1.00 step",
    "[output-file] key=k",
  ]);
  assert(lines.length < 20, `${lines.length} lines`);
  assertEquals(ended.stdout, '{\n    "a": [\n        1\n    ]\n}\n');
});

Deno.test("Terminal writes {} for a success without a result", async () => {
  const ended = await runMission({ mode: "shell", source: `await letts.mission(() => {});` });
  assertEquals([ended.stdout, ended.code], ["{}\n", 0]);
});

Deno.test("Terminal writes the message of a failure, and the stack of an uncaught error", async () => {
  const failed = await runMission({
    mode: "shell",
    source:
      `await letts.mission(() => { throw new letts.MissionFailure("no", { exitCode: 7, details: { a: 1 } }); });`,
  });
  assertEquals([failed.stderr, failed.stdout, failed.code], ["no\n", "", 7]);
  const threw = await runMission({
    mode: "shell",
    source: `letts.Mission.start(); throw new Error("bug");`,
  });
  assertEquals([threw.stdout, threw.code], ["", 1]);
  assertStringIncludes(threw.stderr, "Error: bug\n    at ");
});

Deno.test("mission() from a shell reads files that the input names, and makes out/ and tmp/ when asked", async () => {
  await using running = await startMission({
    mode: "shell",
    source: `await letts.mission(async (m) => {
      const file = m.file("log");
      await Deno.writeTextFile(m.tmpDir + "/copy", await new Response(file.open()).text());
      await Deno.copyFile(m.tmpDir + "/copy", m.output("copy"));
      return { path: file.path, size: file.size, sha256: file.sha256, none: m.file("none").size, files: m.files.size,
        id: m.id, lane: m.lane, alone: m.standalone, work: m.workDir };
    });`,
    input: `{"log":"tmp/.stdin","none":"nowhere"}`,
    args: ["--input=-"],
  });
  const ended = await running.finished();
  assertEquals(JSON.parse(ended.stdout), {
    path: "tmp/.stdin",
    size: 37,
    none: 0,
    files: 0,
    id: "standalone",
    lane: "standalone",
    alone: true,
    work: running.workDir,
  });
  assertEquals((await Deno.stat(`${running.workDir}/out/copy`)).size, 37);
});

Deno.test("mission() from a shell says how to name a file that the input lacks", async () => {
  const ended = await runMission({ mode: "shell", source: `await letts.mission((m) => m.file("log"));` });
  assertEquals([ended.stderr, ended.code], [
    `input file "log" needs its path in the input, as {"log": "<path>"}\n`,
    1,
  ]);
});

Deno.test("mission() from a shell checks declared outputs as a dugdale would", async () => {
  const ended = await runMission({
    mode: "shell",
    source: `await letts.mission((m) => { m.output("k"); });`,
  });
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, `output file "k" was declared but does not exist`);
});

Deno.test("mission() as an exec finds its files and outputs, and says why it cannot declare others", async () => {
  await using running = await startMission({
    mode: "exec",
    files: { log: "hello" },
    env: { LETTS_OUT_report: "out/report" },
    source: `await letts.mission(async (m) => {
      await Deno.writeTextFile(m.output("report"), await new Response(m.file("log").open()).text());
      try { m.output("more"); } catch (error) { return { id: m.id, alone: m.standalone, why: error.message }; }
    });`,
  });
  const ended = await running.finished();
  const result = JSON.parse(ended.stdout);
  assertEquals([result.id, result.alone, ended.code], ["0192a8b3-d2c1-7abc-bad0-1234567890ab", true, 0]);
  assertStringIncludes(result.why, "exec, which has no control channel");
  assertEquals(await Deno.readTextFile(`${running.workDir}/out/report`), "hello");
});
