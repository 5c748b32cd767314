import type { Clock } from "../host/clock.ts";
import { isTransient } from "./database_error.ts";

/** How long to try. */
export interface RetryOptions {
  readonly clock: Clock;
  /** Called before another try, with the reason. */
  readonly onRetry: (error: unknown) => void;
  /** Whether to go on after the usual tries; asked after each further one. Default no. */
  readonly shouldContinue?: () => boolean;
}

/** Together about ten seconds, besides what the database itself waits for a lock. */
const TRIES = 10, FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 2000;
/** Between the tries after these. */
const LATER_PAUSE_MS = 10_000;

/**
 * Retries a write that must not get lost because another process holds the lock for a while, or the disk is full.
 *
 * @param write Does it from the start each time.
 * @throws What the last try threw, or the first error that no retry can help.
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
