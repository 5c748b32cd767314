import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type EndedRun, nextStep } from "../../../dugdale/run/next_step.ts";
import type { RetryRule } from "../../../protocol/retry.ts";

const RULE: RetryRule = { attempts: 4, backoff: "100ms", factor: 3, max: "500ms", jitter: 0 };

function ended(more: Partial<EndedRun> = {}): EndedRun {
  return { mission_id: "m", attempt: 1, outcome: "failed", failReason: "explicit", ...more };
}

/** The pause before the next attempt in milliseconds; undefined when there is none. */
function pause(more: Partial<EndedRun>, rule: Partial<RetryRule> = {}): number | undefined {
  const next = nextStep(ended(more), { ...RULE, ...rule }, 1000);
  return next.step === "again" ? next.runAtMs - 1000 : undefined;
}

Deno.test("nextStep() is done without a rule, after a success and after a kill", () => {
  assertEquals(nextStep(ended(), undefined, 5), { step: "done" });
  assertEquals([pause({ outcome: "success" }), pause({ outcome: "killed" })], [undefined, undefined]);
});

Deno.test("D3: nextStep() waits longer before each attempt, up to a limit, and ends after the last", () => {
  assertEquals([1, 2, 3, 4].map((attempt) => pause({ attempt })), [100, 300, 500, undefined]);
  const fast = { attempts: 100, backoff: undefined, factor: undefined, max: undefined };
  assertEquals([1, 2, 3, 99].map((attempt) => pause({ attempt }, fast)), [5000, 10_000, 20_000, 300_000]);
});

Deno.test("nextStep() tries again after the outcomes of the rule, and after a loss only when it says so", () => {
  const outcomes = ["failed", "timeout", "crashed", "oom", "lost"] as const;
  const retried = (rule: Partial<RetryRule>) =>
    outcomes.filter((outcome) => pause({ outcome }, rule) !== undefined);
  assertEquals(retried({}), ["failed", "timeout", "crashed", "oom"]);
  assertEquals(retried({ on: ["lost"] }), ["lost"]);
});

Deno.test("nextStep() heeds fail reasons that are named, and those that are excluded", () => {
  assertEquals(pause({}, { reasons: ["busy"] }), undefined);
  assertEquals(pause({ failReason: "busy" }, { reasons: ["busy"] }), 100);
  assertEquals(pause({ failReason: "invalid_input" }, { not_reasons: ["invalid_input"] }), undefined);
  assertEquals(pause({ failReason: null, outcome: "timeout" }, { not_reasons: ["invalid_input"] }), 100);
});

Deno.test("nextStep() lets a failed mission forbid another attempt, or say its pause, but not the count", () => {
  assertEquals(pause({ retry: false }), undefined);
  assertEquals(pause({ retry: 7 }), 7);
  assertEquals(pause({ retry: 7 }, { reasons: ["other"] }), 7);
  assertEquals(pause({ retry: 7, attempt: 4 }), undefined);
  assertEquals(
    pause({ retry: false, outcome: "timeout" }),
    100,
    "what ended it counts, not what it had said",
  );
});

Deno.test("nextStep() varies pauses by the jitter, differently for each mission and attempt, and the same again", () => {
  const rule = { jitter: 0.2, factor: 1 };
  const pauses = Array.from({ length: 500 }, (_, index) => pause({ mission_id: `m${index}` }, rule)!);
  assert(Math.min(...pauses) >= 80 && Math.max(...pauses) <= 120);
  assert(Math.min(...pauses) < 84 && Math.max(...pauses) > 116, "the whole range is used");
  assertEquals(pause({ mission_id: "m7" }, rule), pauses[7]);
  const wide = { jitter: 1, factor: 1, backoff: "100s", max: "100s" };
  assertNotEquals(pause({ attempt: 2 }, wide), pause({}, wide));
});
