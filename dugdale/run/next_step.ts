import type { OutcomeKind } from "../../protocol/mission.ts";
import type { MissionPlan } from "../store/mission_row.ts";

/** What follows the end of a run: the end of the mission, or another attempt. */
export type NextStep =
  | { readonly step: "done" }
  /** Not before `runAtMs`, in Unix milliseconds. */
  | { readonly step: "again"; readonly runAtMs: number };

/**
 * Decides what follows the end of a run.
 *
 * @param attempt The one that has ended, from 1.
 * @param plan What the mission was dispatched with, if anything.
 */
export function nextStep(
  attempt: number,
  outcome: OutcomeKind,
  plan: MissionPlan | undefined,
  nowMs: number,
): NextStep {
  const retry = plan?.retry;
  if (retry === undefined || attempt >= retry.attempts || !retry.on.includes(outcome)) {
    return { step: "done" };
  }
  const delayMs = Math.min(retry.delayMs * retry.factor ** (attempt - 1), retry.maxDelayMs);
  return { step: "again", runAtMs: nowMs + delayMs };
}
