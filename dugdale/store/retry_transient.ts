import type { Clock } from "../host/clock.ts";
import { isTransient } from "./database_error.ts";

/** Options of a retry. */
export interface RetryOptions {
  readonly clock: Clock;
  /** Called before a retry, with the reason. */
  readonly onRetry: (error: unknown) => void;
  /** Whether to continue after the usual tries; called after each further one. Default no. */
  readonly shouldContinue?: () => boolean;
}

/** About ten seconds in total, in addition to SQLite's own wait for a lock. */
const TRIES = 10, FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 2000;
/** Delay of further tries. */
const LATER_PAUSE_MS = 10_000;

/**
 * Retries a write that must not be lost because another process holds the lock for a while, or the disk is full.
 *
 * @param write Makes a complete attempt each time.
 * @throws The last error, or the first permanent one.
 */
export async function retryTransient<T>(write: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, onRetry, shouldContinue = () => false } = options;
  for (let tries = 1, pauseMs = FIRST_PAUSE_MS;; tries++, pauseMs *= 2) {
    try {
      return await write();
    } catch (error) {
      if ((tries >= TRIES && !shouldContinue()) || !isTransient(error)) throw error;
      onRetry(error);
    }
    await clock.sleep(Math.min(pauseMs, tries < TRIES ? LONGEST_PAUSE_MS : LATER_PAUSE_MS));
  }
}
