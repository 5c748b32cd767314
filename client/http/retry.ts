/**
 * Decides which failed calls are retried, and after which delay.
 *
 * @module
 */
import { isProblemCode, PROBLEMS } from "../../protocol/problem.ts";
import { pause } from "../abort.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import type { RetryOptions } from "../types.ts";

/** {@linkcode RetryOptions} with defaults applied. */
export interface RetryPolicy {
  readonly attempts: number;
  /** Never empty. */
  readonly backoffMs: readonly number[];
  readonly retryAfterMaxMs: number;
}

const BACKOFF_MS: readonly number[] = [100, 500, 2000];

/** Codes that are never retried: a retry would hide that the dugdale is full. */
const FULL: ReadonlySet<string> = new Set(["queue_full", "disk_quota_exceeded", "disk_quota"]);

/** Applies the defaults. Fewer than one try counts as one, an empty list of delays as not given. */
export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  const backoffMs = options.backoffMs ?? BACKOFF_MS;
  return {
    attempts: Math.max(1, Math.trunc(options.attempts ?? 3)),
    backoffMs: backoffMs.length === 0 ? BACKOFF_MS : backoffMs,
    retryAfterMaxMs: options.retryAfterMaxMs ?? 10_000,
  };
}

/** The delay before the nth retry, from 0; the last delay of the list repeats. */
export function backoff(pausesMs: readonly number[], nth: number): number {
  return pausesMs[Math.min(nth, pausesMs.length - 1)] ?? 0;
}

/**
 * The delay before the next try, or undefined if a retry is pointless.
 *
 * @param tries Number of tries so far.
 */
export function pauseBeforeRetry(error: unknown, tries: number, policy: RetryPolicy): number | undefined {
  if (!(error instanceof LettsError) || !error.retryable || FULL.has(error.code)) return undefined;
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined && retryAfterMs > policy.retryAfterMaxMs) return undefined;
  if (isProblemCode(error.code) && PROBLEMS[error.code].retry === "later" && retryAfterMs === undefined) {
    return undefined;
  }
  return Math.max(retryAfterMs ?? 0, jittered(backoff(policy.backoffMs, tries - 1)));
}

/** Varies a delay by a fifth, so that clients that failed together do not retry together. */
function jittered(ms: number): number {
  if (ms <= 0) return 0;
  const spread = Math.max(1, Math.trunc(ms / 5));
  return Math.max(0, ms + Math.floor(Math.random() * (2 * spread + 1)) - spread);
}

/** Options of {@linkcode retrying}. */
export interface RetryingOptions {
  readonly policy: RetryPolicy;
  readonly signal?: AbortSignal | undefined;
  /** Additional errors that this call can recover from; they use the plain back-off. */
  readonly alsoRetry?: ((error: unknown) => boolean) | undefined;
}

/** Makes a call until it succeeds, fails permanently, or has used up its tries; then throws the last error. */
export async function retrying<Value>(options: RetryingOptions, call: () => Promise<Value>): Promise<Value> {
  const { policy, signal } = options;
  for (let tries = 1;; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries >= policy.attempts || signal?.aborted) throw error;
      const waitMs = options.alsoRetry?.(error)
        ? jittered(backoff(policy.backoffMs, tries - 1))
        : pauseBeforeRetry(error, tries, policy);
      if (waitMs === undefined) throw error;
      await pause(waitMs, signal);
    }
  }
}
