import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { MissionFailure, UsageError } from "../../mission/mod.ts";
import { runMission, SMALLEST, startMission } from "./run_mission.ts";

Deno.test("mission() makes the function's object the result and exits with 0", async () => {
  const ended = await runMission({
    source: `await letts.mission((m) => ({ id: m.id, lane: m.lane, alone: m.standalone, input: m.input }));`,
    input: `{"a":"é/"}`,
  });
  assertEquals(ended.lines, [{
    event: "success",
    return: {
      id: "0192a8b3-d2c1-7abc-bad0-1234567890ab",
      lane: "default",
      alone: false,
      input: { a: "é/" },
    },
  }]);
  assertEquals([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
});

Deno.test("mission() without a value is a success without a result", async () => {
  const ended = await runMission({ source: `await letts.mission(async () => {});` });
  assertEquals([ended.lines, ended.code], [[{ event: "success" }], 0]);
});

for (const value of ["[]", "[1]", "null", "3", "'x'", "() => 1", "new Date(0)", "new Map()"]) {
  Deno.test(`mission() takes the value ${value} for a programming error`, async () => {
    const ended = await runMission({ source: `await letts.mission(() => (${value}) as never);` });
    const [line] = ended.lines;
    assertEquals([ended.lines.length, line?.event, line?.reason, ended.code], [
      1,
      "fail",
      "uncaught_exception",
      1,
    ]);
    assertStringIncludes(ended.stderr, "return value");
  });
}

Deno.test("mission() reports a MissionFailure as it stands, without a stack", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => {
      throw new letts.MissionFailure("no such video", { details: { video: 7 }, exitCode: 3, reason: "gone" });
    });`,
  });
  assertEquals(ended.lines, [
    { event: "fail", message: "no such video", reason: "gone", exit_code: 3, details: { video: 7 } },
  ]);
  assertEquals([ended.code, ended.stderr], [3, ""]);
});

Deno.test("a MissionFailure says whether to try again, where the dugdale knows of attempts", async () => {
  const fail = async (retry: string, env: Record<string, string>): Promise<unknown> => {
    const failure = `new letts.MissionFailure(String([m.attempt, m.lastAttempt]), { retry: ${retry} })`;
    const { lines } = await runMission({ source: `await letts.mission((m) => { throw ${failure}; });`, env });
    return [lines.at(-1)?.message, lines.at(-1)?.retry];
  };
  const second = { LETTS_ATTEMPT: "2", LETTS_ATTEMPTS: "3" };
  assertEquals(await fail("false", second), ["2,false", false]);
  assertEquals(await fail('"1m"', second), ["2,false", "60000ms"]);
  assertEquals(await fail("undefined", { LETTS_ATTEMPT: "3", LETTS_ATTEMPTS: "3" }), ["3,true", undefined]);
  assertEquals(await fail("false", {}), ["1,true", undefined]);
});

Deno.test("MissionFailure refuses a retry that is no duration", () => {
  for (const retry of ["soon", -1, 1.5]) {
    assertThrows(() => new MissionFailure("x", { retry }), UsageError, "must be false or a duration");
  }
});

Deno.test("MissionFailure with an empty list as details still makes a valid line", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => { throw new letts.MissionFailure("x", { details: [] }); });`,
  });
  const details = ended.lines[0]?.details;
  assert(typeof details === "object" && details !== null && !Array.isArray(details));
});

for (const exitCode of [0, 256, -1, 1.5]) {
  Deno.test(`MissionFailure refuses exit code ${exitCode}`, async () => {
    const ended = await runMission({
      source:
        `await letts.mission(() => { throw new letts.MissionFailure("gone", { exitCode: ${exitCode} }); });`,
    });
    assertEquals([ended.code, ended.lines[0]?.reason], [1, "uncaught_exception"]);
    assertEquals(ended.lines[0]?.message, `exit code ${exitCode} of the failure "gone" must be 1 to 255`);
  });
}

Deno.test("mission() reports anything else thrown with class, place and trace, and prints the stack", async () => {
  const ended = await runMission({
    source: `class OddError extends TypeError {}
await letts.mission(async (m) => {
  m.state("resizing");
  await Promise.resolve();
  throw new OddError("odd", { cause: new Error("the root") });
});`,
  });
  const line = ended.lines.at(-1) as { message: string; reason: string; details: Record<string, unknown> };
  assertEquals([line.message, line.reason, ended.code], ["odd", "uncaught_exception", 1]);
  assertEquals([line.details.class, line.details.line, line.details.state], ["OddError", 6, "resizing"]);
  assertMatch(String(line.details.file), /\/tmp\/script\.ts$/);
  assertMatch(String(line.details.trace), /script\.ts:6[^]*Caused by: Error: the root/);
  assertMatch(ended.stderr, /odd\n {4}at [^]*script\.ts:6/);
});

Deno.test("mission() reports a thrown value that is no error", async () => {
  const ended = await runMission({ source: `await letts.mission(() => { throw "plain"; });` });
  const details = ended.lines[0]?.details as Record<string, unknown>;
  assertEquals([ended.lines[0]?.message, details.class], ["plain", "string"]);
});

Deno.test("mission() cuts a huge message to 16 KiB and a huge trace to 32 KiB", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => { throw new Error("é".repeat(200_000)); });`,
  });
  const { message, details } = ended.lines[0] as { message: string; details: { trace: string } };
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  assert(
    bytes(message) <= 16 * 1024 && bytes(message) > 16 * 1024 - 3,
    `message has ${bytes(message)} bytes`,
  );
  assert(bytes(details.trace) <= 32 * 1024 && bytes(details.trace) > 32 * 1024 - 3);
  assert(message.endsWith("é…[truncated]"));
});

for (
  const [what, code] of [
    ["a timer", "setTimeout(() => { throw new Error('stray'); }, 1);"],
    ["a rejected promise", "Promise.reject(new Error('stray'));"],
    ["a microtask", "queueMicrotask(() => { throw new Error('stray'); });"],
  ]
) {
  Deno.test(`mission() fails when ${what} throws past the function`, async () => {
    const ended = await runMission({
      source: `await letts.mission(async () => { ${code} await new Promise(() => {}); });`,
    });
    assertEquals(ended.lines.map((line) => [line.event, line.message, line.reason]), [
      ["fail", "stray", "uncaught_exception"],
    ]);
    assertEquals(ended.code, 1);
  });
}

Deno.test("mission() does not wait for stray promises, timers or open handles", async () => {
  const ended = await runMission({
    source: `setInterval(() => {}, 1000);
      Deno.openSync("tmp/.stdin");
      await letts.mission(() => { new Promise((resolve) => setTimeout(resolve, 60_000)); return { ok: 1 }; });`,
  });
  assertEquals(ended.lines, [{ event: "success", return: { ok: 1 } }]);
});

Deno.test("mission() keeps a success that was decided before a stray rejection", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => ({ ok: 1 }), {
      after: async () => {
        const seen = new Promise((resolve) => addEventListener("unhandledrejection", resolve));
        Promise.reject(new Error("too late"));
        await seen;
      },
    });`,
  });
  assertEquals([ended.lines, ended.code], [[{ event: "success", return: { ok: 1 } }], 0]);
  assertStringIncludes(ended.stderr, "thrown after the mission had ended: Error: too late");
});

Deno.test("mission() does not let exit hooks report or change the outcome", async () => {
  const ended = await runMission({
    source: `let m;
      addEventListener("unload", () => { console.log("hook"); m.progress(0.5); });
      await letts.mission((it) => { m = it; return {}; });`,
  });
  assertEquals([ended.lines, ended.code, ended.stdout], [[{ event: "success", return: {} }], 0, "hook\n"]);
  assertStringIncludes(ended.stderr, "AlreadyEndedError");
});

Deno.test("mission() refuses to run twice in one process", async () => {
  const ended = await runMission({
    source: `letts.mission(() => new Promise(() => {})); await letts.mission(() => ({}));`,
  });
  assertEquals(ended.lines.map((line) => (line.details as { class: string }).class), ["AlreadyStartedError"]);
});

for (
  const run of [
    "() => new Promise(() => {})",
    "async (m) => { await new Promise((resolve) => setTimeout(resolve, 1)); await new Promise(() => {}); }",
  ]
) {
  for (const script of [`letts.mission(${run});`, `if (import.meta.main) await letts.mission(${run});`]) {
    Deno.test(`mission() fails when it waits for something that cannot happen any more: ${script}`, async () => {
      const ended = await runMission({ source: script });
      assertEquals([ended.lines[0]?.reason, ended.code], ["uncaught_exception", 1]);
      assertStringIncludes(String(ended.lines[0]?.message), "can never settle");
    });
  }
}

Deno.test("mission() may wait for a signal alone", async () => {
  await using running = await startMission({
    source: `await letts.mission(async (m) => {
      m.progress(0.5);
      await new Promise((resolve) => m.signal.addEventListener("abort", resolve));
      return { woken: true };
    });`,
  });
  await running.saw(({ event }) => event === "progress");
  running.kill("SIGTERM");
  const ended = await running.finished();
  assertEquals([ended.lines.at(-1), ended.code], [{ event: "success", return: { woken: true } }, 0]);
});

Deno.test("mission() reports an after hook that ends the process as no result", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => ({}), { after: () => Deno.exit(0) });`,
  });
  assertEquals([ended.lines.map(({ reason }) => reason), ended.code], [["no_result"], 1]);
});

Deno.test("mission() run by hand says that the process ended too early, and exits with 1", async () => {
  const ended = await runMission({ source: `await letts.mission(() => Deno.exit(0));`, mode: "shell" });
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, "ended with exit code 0 before the mission had reported its end");
});

Deno.test("mission() runs before, the function and after in this order, and after learns the result", async () => {
  const ended = await runMission({
    source: `const said = [];
      await letts.mission(() => { said.push("run"); return { n: 1 }; }, {
        before: async () => { await 0; said.push("before"); },
        after: (m, result) => console.log(JSON.stringify([...said, result])),
      });`,
  });
  assertEquals(JSON.parse(ended.stdout), ["before", "run", { ok: true, value: { n: 1 } }]);
});

Deno.test("mission() runs after following a failure, and keeps the failure when after fails too", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => { throw new Error("first"); }, {
      after: (m, { ok, error }) => { console.log(ok, error.message); throw new Error("second"); },
    });`,
  });
  assertEquals([ended.lines[0]?.message, ended.stdout, ended.code], ["first", "false first\n", 1]);
  assertStringIncludes(ended.stderr, "second");
});

Deno.test("mission() fails when before or, following a success, after throws", async () => {
  const before = await runMission({
    source: `await letts.mission(() => console.log("run"), {
      before: () => { throw new Error("no database"); }, after: () => console.log("after"),
    });`,
  });
  assertEquals([before.lines[0]?.message, before.stdout], ["no database", "after\n"]);
  const after = await runMission({
    source: `await letts.mission(() => ({}), { after: () => { throw new Error("no goodbye"); } });`,
  });
  assertEquals(after.lines.map((line) => [line.event, line.message]), [["fail", "no goodbye"]]);
});

Deno.test("mission() names the flag that a denied permission lacks", async () => {
  const ended = await runMission({
    source: `await letts.mission(() => void Deno.readTextFileSync("/etc/hosts"));`,
  });
  assertStringIncludes(String(ended.lines[0]?.message), "--allow-read=/etc/hosts");
  assertEquals((ended.lines[0]?.details as { class: string }).class, "NotCapable");
});

Deno.test("mission() does everything with the smallest permissions", async () => {
  const ended = await runMission({
    source: `await letts.mission(async (m) => {
      m.state("reading");
      const text = await new Response(m.file("log").open()).text();
      m.log.info("read", { bytes: text.length });
      await Deno.writeTextFile(m.output("copy"), text);
      await Deno.writeTextFile(m.tmpDir + "/x", "x");
      await m.yield();
      return { text, files: [...m.files.keys()], size: m.file("log").size };
    });`,
    files: { log: "hello", other__SIZE: "x" },
  });
  assertEquals(ended.lines.at(-1), {
    event: "success",
    return: { text: "hello", files: ["log", "other__SIZE"], size: 5 },
  });
});

Deno.test("mission() writes a line larger than the pipe whole to a reader that comes late", async () => {
  await using running = await startMission({
    source:
      `await letts.mission((m) => { m.progress(0); console.log("said"); return { text: "ä".repeat(100 * 1024) }; });`,
  });
  await running.saw((line) => line.event === "progress");
  const ended = await running.finished();
  assertEquals((ended.lines.at(-1)?.return as { text: string }).text.length, 100 * 1024);
  assertEquals(ended.code, 0);
});

Deno.test("mission() whose descriptor 3 has no reader writes an error to stderr and exits with 1", async () => {
  await using running = await startMission({
    source:
      `await letts.mission(async (m) => { m.progress(0); await new Promise((r) => m.onInterrupt(r)); return {}; });`,
  });
  await running.saw((line) => line.event === "progress");
  await running.closeReader();
  running.kill("SIGTERM");
  const ended = await running.finished();
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, "cannot write to fd 3");
});

Deno.test("mission() that runs out of memory ends without a final event", async () => {
  const ended = await runMission({
    source:
      `await letts.mission((m) => { m.progress(0); const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); });`,
    permissions: [...SMALLEST, "--v8-flags=--max-old-space-size=32"],
  });
  assertEquals([ended.lines.length, ended.code === 0], [1, false]);
});
