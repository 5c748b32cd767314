import type { Clock } from "../host/clock.ts";
import { nextTurn } from "../host/clock.ts";

/** Number of bytes passed on between two checks of the clock. */
const PIECE_BYTES = 1024;
/** Time after which others get their turn. */
const TURN_MS = 2;

/** Passes bytes on immediately, but yields to the event loop when that takes long. */
export class InTurns {
  readonly #write: (piece: Uint8Array) => void;
  readonly #clock: Clock;
  readonly #waiting: Uint8Array[] = [];
  #working: Promise<void> | undefined;

  constructor(write: (piece: Uint8Array) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Resolves once all bytes so far are passed on; undefined if they are. */
  get settled(): Promise<void> | undefined {
    return this.#working;
  }

  /** Takes bytes, which must not be modified. See {@linkcode settled}. */
  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#waiting.push(chunk);
    return this.#working ??= this.#turn() ? undefined : this.#rest().finally(() => this.#working = undefined);
  }

  /** Whether nothing is pending. */
  #turn(): boolean {
    const untilMs = this.#clock.steadyMs() + TURN_MS;
    for (let chunk; (chunk = this.#waiting[0]) !== undefined;) {
      this.#write(chunk.subarray(0, PIECE_BYTES));
      if (chunk.length > PIECE_BYTES) this.#waiting[0] = chunk.subarray(PIECE_BYTES);
      else this.#waiting.shift();
      if (this.#waiting.length > 0 && this.#clock.steadyMs() >= untilMs) return false;
    }
    return true;
  }

  async #rest(): Promise<void> {
    do await nextTurn(); while (!this.#turn());
  }
}
