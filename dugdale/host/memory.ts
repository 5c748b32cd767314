import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "./clock.ts";

const EVERY_MS = 10_000;
/** Growth since the last time that is worth the 10 ms or so in which nothing else runs. */
const GROWN_BYTES = 8 * 2 ** 20;

/**
 * Gives memory back to the system that starting or work has left behind. V8 by itself keeps what a busy
 * time has taken, in case there is another one.
 */
export class IdleMemory implements Disposable {
  readonly #timer: Disposable;
  readonly #collect = garbageCollector();
  #keptBytes = 0;

  /** Gives back now, and again whenever the process has grown and is idle. */
  constructor(isIdle: () => boolean, clock: Clock) {
    this.#giveBack();
    this.#timer = clock.every(EVERY_MS, () => {
      if (isIdle() && memoryUsage.rss() > this.#keptBytes + GROWN_BYTES) this.#giveBack();
    });
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  #giveBack(): void {
    this.#collect();
    this.#keptBytes = memoryUsage.rss();
  }
}

/** V8 shows it only to a context that is made after the flag was set. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
