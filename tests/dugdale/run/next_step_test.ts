import { assertEquals } from "@std/assert";
import { nextStep } from "../../../dugdale/run/next_step.ts";

const retry = { attempts: 4, delayMs: 100, factor: 3, maxDelayMs: 500, on: ["failed", "timeout"] } as const;

Deno.test("nextStep() is done without a plan, after a success, and after what is not to be tried again", () => {
  const done = { step: "done" } as const;
  assertEquals(nextStep(1, "failed", undefined, 5), done);
  assertEquals(nextStep(1, "failed", {}, 5), done);
  assertEquals(nextStep(1, "success", { retry }, 5), done);
  assertEquals(nextStep(1, "killed", { retry }, 5), done);
});

Deno.test("nextStep() waits longer before each attempt, up to a limit, and ends after the last", () => {
  const waits = [1, 2, 3, 4].map((attempt) => nextStep(attempt, "timeout", { retry }, 1000));
  assertEquals(waits, [
    { step: "again", runAtMs: 1100 },
    { step: "again", runAtMs: 1300 },
    { step: "again", runAtMs: 1500 },
    { step: "done" },
  ]);
});
