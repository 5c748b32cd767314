/** Missions that a real dugdale ends: SIGTERM, its grace, SIGKILL. */
import { assert, assertEquals } from "@std/assert";
import type { Fields } from "../contract/dugdale.ts";
import { openUnderDugdale, type UnderDugdale } from "./under_dugdale.ts";

const GRACE_MS = 60_000;

/** Kills a mission once it has said that it is busy; answers its record and how long the kill took. */
async function killed(
  dugdale: UnderDugdale,
  mission: string,
): Promise<{ record: Fields; stderr: string; tookMs: number }> {
  const id = await dugdale.start(mission);
  await dugdale.calls.event(id, "progress", "busy");
  const start = performance.now();
  const { status, text } = await dugdale.calls.post(`/v1/missions/${id}/kill`, {});
  assertEquals(status, 200, text);
  const { record, stderr } = await dugdale.ended(id);
  return { record, stderr, tookMs: performance.now() - start };
}

Deno.test("m.yield() lets the SIGTERM of a kill into a busy loop, long before the grace is over", async () => {
  await using dugdale = await openUnderDugdale({ settings: { limits: { defaultKillGraceMs: GRACE_MS } } });
  await dugdale.write(
    "busy.ts",
    `await letts.mission(async (m) => {
      m.progress(0, "busy");
      try {
        for (;;) await m.yield();
      } finally {
        m.log.info("tidied up");
      }
    });`,
  );
  const { record, stderr, tookMs } = await killed(dugdale, "busy.ts");
  assertEquals([record.outcome, record.fail_reason], ["killed", "killed_by_api"]);
  // It ended by itself, through its own finally: neither signal ended it.
  assertEquals([record.exit_code, record.signal ?? null], [1, null]);
  assert(stderr.includes(`"message":"tidied up"`), stderr);
  assert(tookMs < GRACE_MS / 2, `${tookMs} ms`);
});

Deno.test("m.yield() lets a timeout's SIGTERM in, and the mission may still save what it has", async () => {
  await using dugdale = await openUnderDugdale({ settings: { limits: { defaultKillGraceMs: GRACE_MS } } });
  await dugdale.write(
    "busy.ts",
    `await letts.mission(async (m) => {
      let turns = 0;
      try {
        for (;; turns++) await m.yield();
      } catch (error) {
        console.log(error.name, m.signal.aborted, turns > 0);
        return { turns };
      }
    });`,
  );
  const id = await dugdale.calls.queue("busy.ts", { lane: "only", timeout: "2s" });
  const { record, stdout } = await dugdale.ended(id);
  assertEquals(stdout, "InterruptedError true true\n");
  // The dugdale's reason outranks the success that came after it.
  assertEquals([record.outcome, record.exit_code, record.return], ["timeout", 0, undefined]);
});

Deno.test("a busy loop without m.yield() gets no signal event, and SIGKILL after the grace", async () => {
  await using dugdale = await openUnderDugdale({ settings: { limits: { defaultKillGraceMs: 200 } } });
  await dugdale.write(
    "deaf.ts",
    `await letts.mission((m) => {
      m.onInterrupt(() => console.log("heard"));
      m.progress(0, "busy");
      for (;;);
    });`,
  );
  const { record } = await killed(dugdale, "deaf.ts");
  assertEquals([record.outcome, record.fail_reason], ["killed", "killed_by_api"]);
  assertEquals([record.exit_code, record.signal], [-1, "KILL"]);
});
