import type { Clock } from "../host/clock.ts";

/** A task of a background worker. */
export interface PeriodicWork {
  /** Delay of each pass after the start of the worker or the end of the previous pass. */
  readonly periodMs: number;
  /** Whether the first pass runs immediately. Default false. */
  readonly atStart?: boolean;
  /**
   * Minimum pause after a pass, as a multiple of its duration. The default of 10 keeps a worker from being busy for
   * more than a tenth of the time; 0 is for passes that pause themselves and must keep up.
   */
  readonly pauseTimes?: number;
  readonly pass: (stopping: AbortSignal) => Promise<unknown>;
  /** Called after a failed pass; the next one runs as usual. */
  readonly onError: (error: unknown) => void;
}

const PAUSE_TIMES = 10;

/** Repeats a background task until it is disposed of; passes never overlap. */
export class Periodic implements AsyncDisposable {
  readonly #work: PeriodicWork;
  readonly #clock: Clock;
  readonly #stop: AbortController = new AbortController();
  readonly #ended: Promise<void>;

  constructor(work: PeriodicWork, clock: Clock) {
    this.#work = work;
    this.#clock = clock;
    this.#ended = this.#run(this.#stop.signal);
  }

  /** Ends the running pass as soon as it checks its signal, and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(stopping: AbortSignal): Promise<void> {
    const { periodMs, atStart = false, pauseTimes = PAUSE_TIMES } = this.#work;
    if (!atStart) await this.#clock.sleep(periodMs, stopping);
    while (!stopping.aborted) {
      const sinceMs = this.#clock.steadyMs();
      await this.#pass(stopping);
      await this.#clock.sleep(Math.max(periodMs, pauseTimes * (this.#clock.steadyMs() - sinceMs)), stopping);
    }
  }

  async #pass(stopping: AbortSignal): Promise<void> {
    try {
      await this.#work.pass(stopping);
    } catch (error) {
      if (!stopping.aborted) this.#work.onError(error);
    }
  }
}
