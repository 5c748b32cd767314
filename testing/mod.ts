/**
 * A fake dugdale for tests of applications: missions are functions of the test, and failures happen on request.
 *
 * @example
 * ```ts
 * import { FakeDugdale, FakeEnd, openFakeClient } from "@letts/letts/testing";
 *
 * const dugdale = new FakeDugdale()
 *   .on("resize", ({ progress }) => (progress(0.5), { bytes: 7 }))
 *   .on("convert", new FakeEnd({ outcome: "failed", message: "no such video" }))
 *   .fail({ route: "dispatch", code: "queue_full" });
 * await using client = await openFakeClient({ s1: dugdale });
 * ```
 * Runs on Deno, Bun, and Node 22.13 or newer: the database needs `node:sqlite`.
 *
 * @module
 */
export { type FakeClientOptions, fakeFetch, openFakeClient } from "./fake_client.ts";
export type { Priority } from "../protocol/dispatch_options.ts";
export { FakeDugdale, type FakeDugdaleOptions, type FakeTokens } from "./fake_dugdale.ts";
export { FakeEnd, type FakeEnding, type FakeMission, type FakeOrder } from "./fake_mission.ts";
export type { Fault, FaultyRoute } from "./faults.ts";
export type {
  LogLevel,
  LogLine,
  MetaLine,
  NoteLine,
  SaidLine,
  StateLine,
  WarnLine,
} from "../protocol/fd3.ts";
export { runMission, type Trial, type TrialOptions, type TrialReport } from "./run_mission.ts";
export type { FakeResult, FakeRun, FakeScript } from "./scripts.ts";
