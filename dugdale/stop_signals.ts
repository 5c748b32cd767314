import type { Dugdale } from "./daemon.ts";
import type { Log } from "./host/log.ts";

/** The signals that stop a dugdale, and their numbers. */
const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const;
type StopSignal = keyof typeof SIGNALS;

/**
 * Handles SIGTERM and SIGINT: the first one drains the dugdale, the next one ends its missions. It listens from before
 * the start, so that no signal is lost between the dugdale's first response and the listening; one that arrives before
 * there is a dugdale ends the process as without a listener.
 */
export class StopSignals implements Disposable {
  readonly #log: Log;
  readonly #listeners: readonly (readonly [StopSignal, () => void])[];
  #dugdale: Dugdale | undefined;

  constructor(log: Log) {
    this.#log = log;
    const names = Object.keys(SIGNALS) as StopSignal[];
    this.#listeners = names.map((name) => [name, () => this.#hear(name)]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  /** From now on signals apply to this dugdale. */
  deliverTo(dugdale: Dugdale): void {
    this.#dugdale = dugdale;
  }

  /** Removes the listeners. */
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }

  #hear(sig: StopSignal): void {
    const dugdale = this.#dugdale;
    if (dugdale === undefined) Deno.exit(128 + SIGNALS[sig]);
    this.#log.info("signal received", { sig });
    if (dugdale.draining.aborted) dugdale.endMissions();
    else dugdale.drain();
  }
}
