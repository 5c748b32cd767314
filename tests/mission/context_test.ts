import { assert, assertEquals } from "@std/assert";
import { runMission, startMission } from "./run_mission.ts";

Deno.test("m.progress() limits the rate of reports, and always sends the last one", async () => {
  const ended = await runMission({
    source: `await letts.mission((m) => {
      const endMs = performance.now() + 350;
      let n = 0;
      while (performance.now() < endMs) m.progress(n++, "step " + n);
      m.progress(1, "done");
      return { ms: m.elapsedMs };
    });`,
  });
  const reports = ended.lines.slice(0, -1);
  const { ms } = ended.lines.at(-1)?.return as { ms: number };
  // The first goes at once and the last before its time.
  const most = 2 + Math.floor(ms / 100);
  assert(reports.length >= 3 && reports.length <= most, `${reports.length} reports in ${ms} ms`);
  assertEquals(reports[0], { event: "progress", value: 0, message: "step 1" });
  assertEquals(reports.at(-1), { event: "progress", value: 1, message: "done" });
});

Deno.test("m.progress() sends what was held back while the mission waits", async () => {
  await using running = await startMission({
    source:
      `await letts.mission(async (m) => { m.progress(0.1); m.progress(0.2); await new Promise((r) => setTimeout(r, 60_000)); });`,
  });
  assertEquals(await running.saw((line) => line.value === 0.2), { event: "progress", value: 0.2 });
});

Deno.test("m.progress() refuses an empty report, NaN and infinities", async () => {
  for (
    const call of [
      "m.progress()",
      "m.state('a'); m.progress()",
      "m.progress(NaN)",
      "m.progress(Infinity, 'x')",
    ]
  ) {
    const ended = await runMission({ source: `await letts.mission((m) => { ${call}; });` });
    assertEquals((ended.lines.at(-1)?.details as { class: string }).class, "UsageError", call);
  }
});

Deno.test("m.state() is a progress message, and that of each report without one", async () => {
  const ended = await runMission({
    source: `const pause = () => new Promise((r) => setTimeout(r, 120));
      await letts.mission(async (m) => {
        m.state("loading"); await pause();
        m.progress(0.5); await pause();
        m.progress(0.6, "half"); await pause();
        m.state("saving");
        throw new letts.MissionFailure("full", { details: { disk: "a" } });
      });`,
  });
  assertEquals(ended.lines, [
    { event: "progress", message: "loading" },
    { event: "progress", value: 0.5, message: "loading" },
    { event: "progress", value: 0.6, message: "half" },
    { event: "progress", value: 0.6, message: "saving" },
    {
      event: "fail",
      message: "full",
      reason: "explicit",
      exit_code: 1,
      details: { state: "saving", disk: "a" },
    },
  ]);
});
