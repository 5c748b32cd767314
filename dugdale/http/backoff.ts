import type { Clock } from "../host/clock.ts";

interface Failures {
  count: number;
  lastMs: number;
}

const FREE_FAILURES = 4;
const FIRST_MS = 100, LONGEST_MS = 30_000, FORGET_MS = 3_600_000;
/** Maximum number of addresses; beyond it the oldest ones are dropped. */
const MAX_ADDRESSES = 100_000;

/**
 * Slows down guessing of tokens: from the fifth failure in a row an address has to wait, twice as long each time. An
 * IPv6 client usually controls a /64 network, so that network counts as one address.
 */
export class Backoff {
  readonly #clock: Pick<Clock, "steadyMs">;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Pick<Clock, "steadyMs">) {
    this.#clock = clock;
  }

  /** Milliseconds for which requests of this address are rejected; 0 if it may try. */
  remainingMs(address: string): number {
    const source = sourceOf(address);
    const entry = this.#failures.get(source);
    if (entry === undefined) return 0;
    const sinceMs = this.#clock.steadyMs() - entry.lastMs;
    if (sinceMs > FORGET_MS) this.#failures.delete(source);
    const over = entry.count - FREE_FAILURES;
    if (over <= 0 || sinceMs > FORGET_MS) return 0;
    return Math.max(0, Math.min(FIRST_MS * 2 ** (over - 1), LONGEST_MS) - sinceMs);
  }

  /** A wrong token was sent. */
  failed(address: string): void {
    const source = sourceOf(address);
    const count = (this.#failures.get(source)?.count ?? 0) + 1;
    this.#failures.delete(source);
    this.#failures.set(source, { count, lastMs: this.#clock.steadyMs() });
    if (this.#failures.size <= MAX_ADDRESSES) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      break;
    }
  }

  /** A valid token was sent: earlier failures are forgotten. */
  succeeded(address: string): void {
    if (this.#failures.size > 0) this.#failures.delete(sourceOf(address));
  }
}

/** The first 64 bits of an IPv6 address; any other address unchanged. */
function sourceOf(address: string): string {
  if (!address.includes(":") || address.startsWith("::ffff:")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const rest = tail === "" ? [] : tail.split(":");
    while (groups.length + rest.length < 8) groups.push("0");
  }
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":");
}
