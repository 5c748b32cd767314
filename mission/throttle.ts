/** Rate limiting of reports. @module */
import type { Host } from "./host.ts";

/** Minimum interval between progress reports. */
export const PROGRESS_EVERY_MS = 100;

/**
 * Passes at most one value per interval. The first is passed immediately; of those that come too soon only the last is
 * kept, and passed when the interval is over or {@linkcode flush} is called. A dugdale drops progress above its rate,
 * including the newest.
 */
export class Throttle<Value> {
  readonly #host: Pick<Host, "later">;
  readonly #everyMs: number;
  readonly #send: (value: Value) => void;
  #sentMs = -Infinity;
  #held: { readonly value: Value } | undefined;
  #cancel: (() => void) | undefined;

  constructor(host: Pick<Host, "later">, everyMs: number, send: (value: Value) => void) {
    this.#host = host;
    this.#everyMs = everyMs;
    this.#send = send;
  }

  /** Sends the value now, or keeps it instead of the pending one. */
  offer(value: Value): void {
    this.#held = { value };
    const waitMs = this.#sentMs + this.#everyMs - performance.now();
    // The clock is checked each time because in a loop without await no timer ever fires.
    if (waitMs <= 0) return this.flush();
    this.#cancel ??= this.#host.later(waitMs, () => this.flush());
  }

  /** Sends the pending value, if any. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#sentMs = performance.now();
    this.#send(held.value);
  }
}
