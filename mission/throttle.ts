/** At most one value per interval. @module */
import type { Host } from "./host.ts";

/** How far apart reports of progress are. */
export const PROGRESS_EVERY_MS = 100;

/**
 * Lets at most one value through per interval. The first goes at once; of those that come too soon only the last is
 * kept, and it goes when the interval is over or when {@linkcode flush} is called. A dugdale drops floods of
 * progress, and would drop the newest.
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

  /** Sends the value now, or holds it in place of the one held so far. */
  offer(value: Value): void {
    this.#held = { value };
    const waitMs = this.#sentMs + this.#everyMs - performance.now();
    // The clock is asked each time because in a loop without await no timer ever fires.
    if (waitMs <= 0) return this.flush();
    this.#cancel ??= this.#host.later(waitMs, () => this.flush());
  }

  /** Sends what is held, if anything. */
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
