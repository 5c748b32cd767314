import { assertEquals } from "@std/assert";
import { desiredState, NOTHING_APPLIED } from "../../../dugdale/engine/desired_state.ts";
import type { LaneSettings } from "../../../protocol/lane.ts";

/** A lane after an apply of these settings. */
function applied(before: LaneSettings | undefined, wanted: LaneSettings): LaneSettings | undefined {
  const state = before === undefined ? NOTHING_APPLIED : { ...NOTHING_APPLIED, lanes: { a: before } };
  return desiredState(state, { lanes: { a: wanted } }, false).lanes?.a;
}

Deno.test("desiredState() keeps settings of a lane that the apply does not name", () => {
  const before = { concurrency: 1, rate: "5/s" } as LaneSettings;
  const after = (more: object): LaneSettings => ({ concurrency: 2, rate: "5/s", ...more }) as LaneSettings;
  assertEquals(applied(before, { concurrency: 2, paused: false }), after({}));
  assertEquals(applied(before, { concurrency: 2, paused: true }), after({ paused: true, paused_by: "yaml" }));
});

Deno.test("desiredState() leaves a pause by hand in place, and ends one of the file with the file", () => {
  const byHand: LaneSettings = { concurrency: 1, paused: true, paused_by: "ctl" };
  assertEquals(applied(byHand, { concurrency: 1, paused: false }), byHand);
  assertEquals(applied(byHand, { concurrency: 1, paused: true }), byHand);
  const byFile: LaneSettings = { concurrency: 1, paused: true, paused_by: "yaml" };
  assertEquals(applied(byFile, { concurrency: 1, paused: false }), { concurrency: 1 });
  assertEquals(applied(undefined, { concurrency: 1, paused: true }), byFile);
});
