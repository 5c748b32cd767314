/**
 * Handling of Ctrl-C and termination requests.
 *
 * @module
 */
import { AbortedError } from "../../client/errors.ts";
import { InterruptedError } from "../errors.ts";
import type { Io } from "../output/io.ts";

/** Throws the interruption that has ended a call of the client, or the error itself. */
export function rethrowInterruption(error: unknown): never {
  throw error instanceof AbortedError && error.cause instanceof InterruptedError ? error.cause : error;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Turns the first SIGINT or SIGTERM into an abort, so that the command can clean up; the second one ends the process
 * immediately. Release it to restore the default handling.
 */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners: (readonly [Deno.Signal, () => void])[] = [];
  readonly #io: Io;
  #beforeLeaving: () => void = () => {};

  constructor(io: Io) {
    this.#io = io;
    for (const name of SIGNALS) {
      if (Deno.build.os === "windows" && name === "SIGTERM") continue;
      const listener = () => this.#hear(name);
      Deno.addSignalListener(name, listener);
      this.#listeners.push([name, listener]);
    }
  }

  /** Aborts with an {@linkcode InterruptedError} at the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Synchronous action on a second signal. */
  beforeLeaving(act: () => void): void {
    this.#beforeLeaving = act;
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    this.#listeners.length = 0;
  }

  #hear(name: "SIGINT" | "SIGTERM"): void {
    if (!this.signal.aborted) return this.#controller.abort(new InterruptedError(name));
    this.#beforeLeaving();
    this.#io.leave(name === "SIGINT" ? 130 : 143);
  }
}
