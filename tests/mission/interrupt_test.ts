import { assertEquals } from "@std/assert";
import { startMission } from "./run_mission.ts";

Deno.test("m.signal aborts an await on SIGTERM, and what is thrown after it counts as interrupted", async () => {
  await using running = await startMission({
    source: `await letts.mission(async (m) => {
      const { promise, reject } = Promise.withResolvers();
      m.signal.addEventListener("abort", () => reject(m.signal.reason));
      m.progress(0);
      await promise;
    });`,
  });
  await running.saw((line) => line.event === "progress");
  running.kill("SIGTERM");
  const ended = await running.finished();
  const last = ended.lines.at(-1);
  assertEquals([last?.event, last?.reason, last?.message], ["fail", "interrupted", "interrupted by SIGTERM"]);
  assertEquals((last?.details as { class: string }).class, "InterruptedError");
  assertEquals([ended.code, ended.signal], [1, null]);
});

Deno.test("m.yield() lets SIGINT into a busy loop", async () => {
  await using running = await startMission({
    source: `await letts.mission(async (m) => { m.progress(0); for (;;) await m.yield(); });`,
  });
  await running.saw((line) => line.event === "progress");
  running.kill("SIGINT");
  const last = (await running.finished()).lines.at(-1);
  assertEquals([last?.reason, last?.message], ["interrupted", "interrupted by SIGINT"]);
});

Deno.test("m.onInterrupt() calls its callbacks in order, again for every further signal", async () => {
  await using running = await startMission({
    source: `await letts.mission(async (m) => {
      const heard = [];
      const twice = new Promise((resolve) => {
        m.onInterrupt((name) => { heard.push("a " + name); });
        m.onInterrupt((name) => { heard.push("b " + name); m.declareOutput("heard"); if (heard.length === 4) resolve(); });
      });
      m.progress(0);
      await twice;
      await Deno.writeTextFile(m.outputPath("heard"), "");
      return { heard, aborted: m.signal.aborted };
    });`,
  });
  await running.saw((line) => line.event === "progress");
  running.kill("SIGTERM");
  await running.saw((line) => line.event === "output_file");
  running.kill("SIGINT");
  const ended = await running.finished();
  assertEquals(ended.lines.at(-1)?.return, {
    heard: ["a SIGTERM", "b SIGTERM", "a SIGINT", "b SIGINT"],
    aborted: true,
  });
  assertEquals(ended.code, 0);
});

for (
  const callback of [
    `() => { throw new Error("cleanup broke"); }`,
    `() => Promise.reject(new Error("cleanup broke"))`,
  ]
) {
  Deno.test(`m.onInterrupt(${callback}) ends the mission with that error`, async () => {
    await using running = await startMission({
      source:
        `await letts.mission(async (m) => { m.onInterrupt(${callback}); m.progress(0); await new Promise(() => {}); });`,
    });
    await running.saw((line) => line.event === "progress");
    running.kill("SIGTERM");
    const ended = await running.finished();
    assertEquals([ended.lines.at(-1)?.message, ended.lines.at(-1)?.reason], ["cleanup broke", "interrupted"]);
    assertEquals(ended.code, 1);
  });
}

Deno.test("mission() that ignores the signal runs on until it is killed", async () => {
  await using running = await startMission({
    source: `await letts.mission(async (m) => {
      m.onInterrupt(() => m.declareOutput("alive"));
      m.progress(0);
      await new Promise((r) => setTimeout(r, 60_000));
    });`,
  });
  await running.saw((line) => line.event === "progress");
  running.kill("SIGTERM");
  await running.saw((line) => line.event === "output_file");
  running.kill("SIGKILL");
  const ended = await running.finished();
  assertEquals([ended.signal, ended.lines.length], ["SIGKILL", 2]);
});

Deno.test("mission() that is interrupted still runs its after hook", async () => {
  await using running = await startMission({
    source: `await letts.mission(async (m) => { m.progress(0); for (;;) await m.yield(); }, {
      after: (m, { ok, error }) => console.log(ok, error.signalName),
    });`,
  });
  await running.saw((line) => line.event === "progress");
  running.kill("SIGTERM");
  assertEquals((await running.finished()).stdout, "false SIGTERM\n");
});

Deno.test("Mission.start() in script style gets the signal too", async () => {
  await using running = await startMission({
    source: `const m = letts.Mission.start();
      m.onInterrupt((name) => m.fail("stopped by " + name, { exitCode: 9 }));
      m.progress(0);
      setInterval(() => {}, 1000);`,
  });
  await running.saw((line) => line.event === "progress");
  running.kill("SIGTERM");
  const ended = await running.finished();
  assertEquals([ended.lines.at(-1)?.message, ended.code], ["stopped by SIGTERM", 9]);
});

Deno.test("mission() from a shell leaves signals their default effect", async () => {
  await using running = await startMission({
    mode: "shell",
    permissions: ["-A"],
    source: `await letts.mission(async (m) => {
      m.onInterrupt(() => console.log("heard"));
      Deno.kill(Deno.pid, "SIGTERM");
      await new Promise((r) => setTimeout(r, 60_000));
    });`,
  });
  const ended = await running.finished();
  assertEquals([ended.signal, ended.stdout], ["SIGTERM", ""]);
});
