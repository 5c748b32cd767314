import type { Clock } from "../host/clock.ts";

interface Failures {
  count: number;
  lastMs: number;
}

const FREE_FAILURES = 4;
const FIRST_MS = 100, LONGEST_MS = 30_000, FORGET_MS = 3_600_000;
/** Beyond this number of addresses the ones that failed first are dropped. */
const MAX_ADDRESSES = 100_000;

/** Slows down the guessing of tokens: from the fifth failure in a row an address has to wait, twice as long each time. */
export class Backoff {
  readonly #clock: Pick<Clock, "steadyMs">;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Pick<Clock, "steadyMs">) {
    this.#clock = clock;
  }

  /** Milliseconds for which requests of this address are refused; 0 when it may try. */
  remainingMs(address: string): number {
    const entry = this.#failures.get(address);
    if (entry === undefined) return 0;
    const sinceMs = this.#clock.steadyMs() - entry.lastMs;
    if (sinceMs > FORGET_MS) this.#failures.delete(address);
    const over = entry.count - FREE_FAILURES;
    if (over <= 0 || sinceMs > FORGET_MS) return 0;
    return Math.max(0, Math.min(FIRST_MS * 2 ** (over - 1), LONGEST_MS) - sinceMs);
  }

  /** A wrong token was sent. */
  failed(address: string): void {
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, lastMs: this.#clock.steadyMs() });
    if (this.#failures.size <= MAX_ADDRESSES) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      break;
    }
  }

  /** A right token was sent: earlier failures no longer count. */
  succeeded(address: string): void {
    this.#failures.delete(address);
  }
}
