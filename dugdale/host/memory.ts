import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "./clock.ts";

const EVERY_MS = 10_000;
/** Growth since the last time that justifies a pause of about 10 ms. */
const GROWN_BYTES = 8 * 2 ** 20;

/** Returns memory to the system after start-up or work. V8 by itself keeps what a busy period has allocated. */
export class IdleMemory implements Disposable {
  readonly #timer: Disposable;
  readonly #collect = garbageCollector();
  #keptBytes = 0;

  /** Returns memory now, and again whenever the process has grown and is idle. */
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

/** V8 exposes it only to contexts created after the flag was set. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
