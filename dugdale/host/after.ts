/** Longer waits than this, some 24 days, overflow a timer of the platform and would be over at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Does something after a while, however long, unless the result is disposed of before. */
export function after(ms: number, action: () => void): Disposable {
  let timer = setTimeout(due, Math.min(ms, MAX_TIMER_MS));
  let leftMs = ms - MAX_TIMER_MS;
  function due(): void {
    if (leftMs <= 0) return action();
    timer = setTimeout(due, Math.min(leftMs, MAX_TIMER_MS));
    leftMs -= MAX_TIMER_MS;
  }
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Waits, but not longer than the work may go on. */
export async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  using _timer = after(ms, done);
  stopping.addEventListener("abort", done);
  try {
    await promise;
  } finally {
    stopping.removeEventListener("abort", done);
  }
}
