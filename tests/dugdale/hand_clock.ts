/** A clock that a test turns by hand. @module */
import { Clock, systemClock } from "../../dugdale/host/clock.ts";

interface Timer {
  readonly ms: number;
  readonly dueMs: number;
  readonly action: () => void;
}

/** Stands still until {@linkcode advance}. */
export class HandClock extends Clock {
  readonly #timers = new Set<Timer>();
  #startMs: number;
  readonly #fromMs: number;
  #nowMs = 0;
  #onTimer: (() => void)[] = [];

  /**
   * @param options.wallMs What the wall clock shows at first, in Unix milliseconds.
   * @param options.fromMs Shorter timers run in real time, for tests of a whole dugdale. Default 0.
   */
  constructor({ wallMs = 0, fromMs = 0 }: { readonly wallMs?: number; readonly fromMs?: number } = {}) {
    super();
    this.#startMs = wallMs;
    this.#fromMs = fromMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  steadyMs(): number {
    return this.#nowMs;
  }

  after(ms: number, action: () => void): Disposable {
    if (ms < this.#fromMs) return systemClock.after(ms, action);
    const timer = { ms, dueMs: this.#nowMs + ms, action };
    this.#timers.add(timer);
    for (const resolve of this.#onTimer.splice(0)) resolve();
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** The delays of the timers that are set and not yet due, as they were asked for. */
  get delays(): number[] {
    return [...this.#timers].map(({ ms }) => ms);
  }

  /** Resolves once there are so many timers with this delay. */
  async timer(ms: number, count = 1): Promise<void> {
    while (this.delays.filter((delay) => delay === ms).length < count) {
      await new Promise<void>((resolve) => this.#onTimer.push(resolve));
    }
  }

  /** Moves the time on and calls what becomes due, in its order; what that sets may become due as well. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next; (next = this.#next(endMs)) !== undefined;) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.action();
    }
    this.#nowMs = endMs;
  }

  /** Sets the wall clock on, or back by a negative number. No time passes. */
  setWall(ms: number): void {
    this.#startMs += ms;
  }

  /** As {@linkcode advance} after a sleep of the machine: what repeats in short periods runs once, not for each of them. */
  suspend(ms: number): void {
    this.#nowMs += ms;
    this.advance(0);
  }

  #next(endMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs);
    return due.reduce<Timer | undefined>((a, b) => a === undefined || b.dueMs < a.dueMs ? b : a, undefined);
  }
}
