/**
 * Ends of waiting: signals that come from several sides, time limits, and pauses.
 *
 * @module
 */

/** Maximum delay of a JavaScript timer, in milliseconds. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * A signal combined from other signals and timeouts. Release it when the work is done: it holds listeners and timers.
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

  /** Aborts with the first of the parents, or on request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts now. The first reason is kept. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Aborts after a delay in milliseconds, immediately if it is not positive. Returns a handle that cancels this. */
  abortAfter(ms: number, reason: () => unknown): () => void {
    if (ms > 0) return this.callAfter(ms, () => this.abort(reason()));
    this.abort(reason());
    return () => {};
  }

  /** Calls back after a delay in milliseconds, unless released before. Returns a handle that cancels this. */
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

  /** Releases the parents and the timers. The signal keeps its state. */
  release(): void {
    for (const release of this.#releases) release();
    this.#releases.clear();
  }
}

/** Waits for a number of milliseconds. Rejects with the signal's reason if it aborts first. */
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
 * The promise, or a rejection with the signal's reason as soon as it aborts. For calls that take a signal and may still
 * miss it: Deno
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
