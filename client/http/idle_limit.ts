/**
 * An idle timeout that costs almost nothing per step.
 *
 * @module
 */
import type { LinkedAbort } from "../abort.ts";

/** Aborts when a step takes too long. One timer checks the clock again when it fires, so that steps set no timers. */
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

  /** A step begins; the previous one is over. */
  begin(): void {
    if (this.#idleMs === Infinity) return;
    this.#sinceMs = performance.now();
    if (this.#disarm === undefined) this.#arm(this.#idleMs);
  }

  /** The step is over; there is no limit until the next one begins. */
  pause(): void {
    this.#sinceMs = undefined;
  }

  /** There are no more steps. */
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
