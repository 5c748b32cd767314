import { setTimeout } from "node:timers/promises";
import { isPassing } from "./database_error.ts";

/** Together about ten seconds, besides what the database itself waits for a lock. */
const TRIES = 10, FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 2000;

/**
 * Writes what must not get lost because somebody else holds the lock for a while, or the disk is full for a moment.
 *
 * @param write Does it from the start each time.
 * @param onPause Told why another try is needed.
 * @throws What the last try threw, or the first one that no other can mend.
 */
export async function withPatience<T>(
  write: () => Promise<T>,
  onPause: (error: unknown) => void,
): Promise<T> {
  for (let tries = 1, pauseMs = FIRST_PAUSE_MS;; tries++, pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await write();
    } catch (error) {
      if (tries === TRIES || !isPassing(error)) throw error;
      onPause(error);
    }
    await setTimeout(pauseMs);
  }
}
