import type { DirLock } from "./lock.ts";

/** How often the lock is looked at. */
export interface LockWatchTimes {
  /** From one look to the next while the daemon is young. */
  readonly earlyMs: number;
  /** How long it is young. */
  readonly youngMs: number;
  /** From one look to the next after that. */
  readonly lateMs: number;
}

/** A second daemon that is started by mistake is most likely right after a deployment. */
const TIMES: LockWatchTimes = { earlyMs: 2000, youngMs: 60_000, lateMs: 30_000 };

/**
 * Notices when the lock file has been removed or replaced under the daemon: from then on nothing keeps a second one
 * out of the data directory.
 */
export class LockWatch implements Disposable {
  readonly #lock: Pick<DirLock, "isIntact">;
  readonly #onLost: () => void;
  readonly #times: LockWatchTimes;
  #elapsedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onLost Called once. */
  constructor(lock: Pick<DirLock, "isIntact">, onLost: () => void, times: LockWatchTimes = TIMES) {
    this.#lock = lock;
    this.#onLost = onLost;
    this.#times = times;
    this.#wait();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const { earlyMs, youngMs, lateMs } = this.#times;
    const ms = this.#elapsedMs < youngMs ? earlyMs : lateMs;
    this.#timer = setTimeout(() => {
      this.#elapsedMs += ms;
      if (this.#lock.isIntact()) this.#wait();
      else this.#onLost();
    }, ms);
  }
}
