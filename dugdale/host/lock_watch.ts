import type { Clock } from "./clock.ts";
import type { DirLock } from "./lock.ts";

/** A second daemon is most likely started by mistake right after a deployment. */
const EARLY_MS = 2000, YOUNG_MS = 60_000, LATE_MS = 30_000;

/**
 * Detects that the lock file was removed or replaced while the daemon runs: the data directory is then no longer
 * protected.
 */
export class LockWatch implements Disposable {
  readonly #lock: Pick<DirLock, "isIntact">;
  readonly #clock: Clock;
  readonly #onLost: () => void;
  #elapsedMs = 0;
  #timer: Disposable | undefined;

  /** @param onLost Called once. */
  constructor(lock: Pick<DirLock, "isIntact">, clock: Clock, onLost: () => void) {
    this.#lock = lock;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#wait();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #wait(): void {
    const ms = this.#elapsedMs < YOUNG_MS ? EARLY_MS : LATE_MS;
    this.#timer = this.#clock.after(ms, () => {
      this.#elapsedMs += ms;
      if (this.#lock.isIntact()) this.#wait();
      else this.#onLost();
    });
  }
}
