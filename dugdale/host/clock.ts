/** Maximum delay of a timer, some 24 days; longer ones overflow and fire immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time and its timers. Injected, so that tests can control it. */
export abstract class Clock {
  /** Unix milliseconds, for records. */
  abstract wallMs(): number;

  /** Milliseconds since an arbitrary moment, monotonic, for durations. */
  abstract steadyMs(): number;

  /** Calls `action` once after a delay in milliseconds of any length, unless the result is disposed of before. */
  abstract after(ms: number, action: () => void): Disposable;

  /** Calls `action` every `ms` milliseconds until the result is disposed of. */
  every(ms: number, action: () => void): Disposable {
    const next = (): Disposable =>
      this.after(ms, () => {
        timer = next();
        action();
      });
    let timer = next();
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  /** Resolves after a delay in milliseconds, or as soon as `signal` aborts. Never rejects. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    using _timer = this.after(ms, wake);
    signal?.addEventListener("abort", wake);
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }
}

class SystemClock extends Clock {
  wallMs(): number {
    return Date.now();
  }

  steadyMs(): number {
    return performance.now();
  }

  after(ms: number, action: () => void): Disposable {
    let timer = setTimeout(due, Math.min(ms, MAX_TIMER_MS));
    let leftMs = ms - MAX_TIMER_MS;
    function due(): void {
      if (leftMs <= 0) return action();
      timer = setTimeout(due, Math.min(leftMs, MAX_TIMER_MS));
      leftMs -= MAX_TIMER_MS;
    }
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }
}

/** Lets everything that is ready on the event loop run first. An immediate would run before most of it. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The system clock. */
export const systemClock: Clock = new SystemClock();
