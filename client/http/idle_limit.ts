/**
 * A limit for idle time that costs next to nothing for each step.
 *
 * @module
 */
import type { LinkedAbort } from "../abort.ts";

/** Aborts when a step takes too long. One timer looks at the clock again when it fires, so that steps set none. */
export class IdleLimit {
  readonly #abort: LinkedAbort;
  readonly #idleMs: number;
  readonly #reason: () => unknown;
  #sinceMs: number | undefined;
  #disarm: (() => void) | undefined;

  /** @param idleMs `Infinity` for no limit. */
  constructor(abort: LinkedAbort, idleMs: number, reason: () => unknown) {
    this.#abort = abort;
    this.#idleMs = idleMs;
    this.#reason = reason;
  }

  /** A step begins; one that was in progress is over. */
  begin(): void {
    if (this.#idleMs === Infinity) return;
    this.#sinceMs = performance.now();
    if (this.#disarm === undefined) this.#arm(this.#idleMs);
  }

  /** The step is over; the next one may take any time to begin. */
  pause(): void {
    this.#sinceMs = undefined;
  }

  /** No more steps. */
  end(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#sinceMs = undefined;
  }

  #arm(ms: number): void {
    this.#disarm = this.#abort.callAfter(ms, () => this.#look());
  }

  #look(): void {
    this.#disarm = undefined;
    if (this.#sinceMs === undefined) return;
    const leftMs = this.#sinceMs + this.#idleMs - performance.now();
    if (leftMs > 0) this.#arm(leftMs);
    else this.#abort.abort(this.#reason());
  }
}
