/**
 * Ends of waiting: signals that come from several sides, time limits, and pauses.
 *
 * @module
 */

/** The longest time that a timer of JavaScript can hold. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * A signal that follows others and the clock. Release it when the work is over: it holds listeners and timers.
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  readonly #releases = new Set<() => void>();

  constructor(...parents: readonly (AbortSignal | undefined)[]) {
    for (const parent of parents) {
      if (parent === undefined) continue;
      if (parent.aborted) {
        this.#controller.abort(parent.reason);
        break;
      }
      const follow = () => this.#controller.abort(parent.reason);
      parent.addEventListener("abort", follow, { once: true });
      this.#releases.add(() => parent.removeEventListener("abort", follow));
    }
  }

  /** Aborts with the first of the parents, or when told to. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts now. The first reason stands. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Aborts after that many milliseconds; at once when there are none. Returns what takes it back. */
  abortAfter(ms: number, reason: () => unknown): () => void {
    if (ms > 0) return this.callAfter(ms, () => this.abort(reason()));
    this.abort(reason());
    return () => {};
  }

  /** Calls back after that many milliseconds, unless released before. Returns what takes it back. */
  callAfter(ms: number, call: () => void): () => void {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (restMs: number) => {
      const stepMs = Math.min(restMs, TIMER_MAX_MS);
      timer = setTimeout(() => {
        if (restMs > stepMs) return arm(restMs - stepMs);
        this.#releases.delete(stop);
        call();
      }, stepMs);
    };
    const stop = () => {
      clearTimeout(timer);
      this.#releases.delete(stop);
    };
    arm(ms);
    this.#releases.add(stop);
    return stop;
  }

  /** Releases the parents and the timers. The signal stays as it is. */
  release(): void {
    for (const release of this.#releases) release();
    this.#releases.clear();
  }
}

/** Waits that many milliseconds. Rejects with the signal's reason when it aborts first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, Math.min(ms, TIMER_MAX_MS));
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * The promise, or the signal's reason as soon as it aborts. For calls that take a signal and may still miss it: Deno
 * 2.9 forgets the signal of a `fetch` at the next garbage collection, and its body then never ends.
 */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
