import { createHash } from "node:crypto";
import type { OutcomeKind } from "../../protocol/mission.ts";
import { retryPolicy, type RetryRule } from "../../protocol/retry.ts";

/** What follows a run: the end of the mission, or another attempt. */
export type NextStep =
  | { readonly step: "done" }
  /** Not before `runAtMs`, in Unix milliseconds. */
  | { readonly step: "again"; readonly runAtMs: number };

/** A run that has ended. */
export interface EndedRun {
  readonly mission_id: string;
  /** From 1. */
  readonly attempt: number;
  readonly outcome: OutcomeKind;
  readonly failReason: string | null;
  /**
   * The mission's own decision: never again, or after a delay in milliseconds. It takes precedence, except for the
   * maximum number of attempts.
   */
  readonly retry?: false | number | undefined;
}

const DONE: NextStep = { step: "done" };

/**
 * Decides what follows a run.
 *
 * @param rule That of the mission, or of its lane.
 */
export function nextStep(run: EndedRun, rule: RetryRule | undefined, nowMs: number): NextStep {
  const { outcome, failReason, retry } = run;
  if (rule === undefined || run.attempt >= rule.attempts || outcome === "success" || outcome === "killed") {
    return DONE;
  }
  if (outcome === "failed" && retry !== undefined) {
    return retry === false ? DONE : { step: "again", runAtMs: nowMs + retry };
  }
  const policy = retryPolicy(rule);
  const reason = failReason ?? "";
  const meant = policy.on.includes(outcome) && (rule.reasons?.includes(reason) ?? true) &&
    !rule.not_reasons?.includes(reason);
  if (!meant) return DONE;
  const pauseMs = Math.min(policy.backoffMs * policy.factor ** (run.attempt - 1), policy.maxMs);
  const jitter = policy.jitter * fraction(`${run.mission_id} ${run.attempt}`);
  return { step: "again", runAtMs: nowMs + Math.round(pauseMs * (1 + jitter)) };
}

/** From −1 to 1, deterministic: a decision undone by a crash is made again in the same way. */
function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 0x8000_0000 - 1;
}
