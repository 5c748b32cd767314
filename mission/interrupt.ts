/** SIGTERM and SIGINT as an abort signal. @module */
import { InterruptedError } from "./errors.ts";
import type { Host, StopSignal } from "./host.ts";

/** Called with the name of each signal that asks the mission to stop. */
export type InterruptCallback = (signalName: string) => unknown;

/** Handles the signals of one mission. */
export class Interrupts {
  readonly #abort = new AbortController();
  readonly #callbacks: InterruptCallback[] = [];
  #listens = false;
  #handedOut = false;

  /** Aborted by the first signal, with an {@linkcode InterruptedError} as its reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** {@linkcode signal} for the mission itself, which may wait for it. */
  handOut(): AbortSignal {
    this.#handedOut = true;
    return this.signal;
  }

  /** Whether a signal can wake the mission. */
  get canWake(): boolean {
    return this.#listens && (this.#handedOut || this.#callbacks.length > 0);
  }

  /** Adds a callback; they are called in this order, and again for every further signal. */
  add(callback: InterruptCallback): void {
    this.#callbacks.push(callback);
  }

  /** Adds the signal handlers. An exception or the promise of a callback is passed on. */
  listen(host: Host, failed: (error: unknown) => void): void {
    this.#listens = true;
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      host.onSignal(name, () => this.#onSignal(name, failed));
    }
  }

  #onSignal(name: StopSignal, failed: (error: unknown) => void): void {
    this.#abort.abort(new InterruptedError(name));
    for (const callback of this.#callbacks) {
      try {
        Promise.resolve(callback(name)).catch(failed);
      } catch (error) {
        return failed(error);
      }
    }
  }
}
