/** Timers that a test turns by hand. @module */

interface Waiting {
  readonly ms: number;
  readonly action: () => void;
  readonly repeats: boolean;
}

/** Far from the numbers that the runtime gives its own timers. */
const FIRST_ID = 1e12;

/** Shorter timers run by themselves. */
const MIN_MS = 1000;

/** Takes the place of the longer timers of this test file until it is disposed of. */
export class HandTimers implements Disposable {
  readonly #own = { setTimeout, clearTimeout, setInterval, clearInterval };
  readonly #waiting = new Map<number, Waiting>();
  readonly #onWait: (() => void)[] = [];
  #next = FIRST_ID;

  constructor() {
    const add = (repeats: boolean) => (action: () => void, ms = 0): unknown => {
      if (ms < MIN_MS) return this.#own[repeats ? "setInterval" : "setTimeout"](action, ms);
      this.#waiting.set(++this.#next, { ms, action, repeats });
      for (const told of this.#onWait.splice(0)) told();
      return this.#next;
    };
    const clear = (id: number): void => {
      if (!this.#waiting.delete(id)) this.#own.clearTimeout(id);
    };
    Object.assign(globalThis, {
      setTimeout: add(false),
      setInterval: add(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  /** How long the timers wait that have been set and are not over. */
  get waits(): number[] {
    return [...this.#waiting.values()].map(({ ms }) => ms);
  }

  /** Resolves once there is a timer of so many milliseconds. */
  async waiting(ms: number): Promise<void> {
    while (!this.waits.includes(ms)) await new Promise<void>((resolve) => this.#onWait.push(resolve));
  }

  /** Lets the time of all timers of so many milliseconds be over; a test that expects one fails when there is none. */
  turn(ms: number): void {
    const due = [...this.#waiting].filter(([, timer]) => timer.ms === ms);
    if (due.length === 0) throw new Error(`none of the timers waits ${ms} ms, but: ${this.waits}`);
    for (const [id, { action, repeats }] of due) {
      if (!repeats) this.#waiting.delete(id);
      action();
    }
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#own);
  }
}
