import type { DugdaleLimits } from "../../config/dugdale/limits.ts";
import type { Clock } from "../host/clock.ts";
import { progressLine } from "../store/mission_json.ts";
import type { Progress } from "./fd3.ts";

/** Limits of progress. */
export interface ProgressGateOptions {
  readonly clock: Clock;
  readonly limits: DugdaleLimits;
  /** Stores an event line; rejects when it could not be stored. */
  readonly write: (seq: number, line: string) => Promise<void>;
}

const encoder = new TextEncoder();
const REFILL_MS = 1000;
/** The maximum queue length follows from the configured bytes and an assumed line size. */
const ASSUMED_LINE_BYTES = 256, MIN_QUEUE = 64;

/** Adds what a mission says to its events as far as rate, queue and size allow, and counts what it drops. */
export class ProgressGate {
  dropped = 0;
  readonly #options: ProgressGateOptions;
  #seq: number;
  #tokens: number;
  #refilledMs: number;
  #waiting = 0;
  #bytes = 0;

  /** @param seq Number of the event before the first progress. */
  constructor(seq: number, options: ProgressGateOptions) {
    this.#seq = seq;
    this.#options = options;
    this.#tokens = options.limits.maxProgressRate;
    this.#refilledMs = options.clock.steadyMs();
  }

  /** Handles one report. */
  take({ value, message }: Progress): void {
    const { limits } = this.#options;
    const queue = Math.max(MIN_QUEUE, Math.floor(limits.progressBufferBytes / ASSUMED_LINE_BYTES));
    const comesTooFast = this.#waiting >= queue || !this.#takeToken();
    this.#add((seq, timeMs) => progressLine(seq, timeMs, value, message), comesTooFast);
  }

  /** Adds a line of another kind, of which there are few: only the bytes of all lines count. */
  add(line: (seq: number, timeMs: number) => string): void {
    this.#add(line, false);
  }

  #add(makeLine: (seq: number, timeMs: number) => string, comesTooFast: boolean): void {
    const { clock, limits, write } = this.#options;
    const line = makeLine(this.#seq + 1, clock.wallMs());
    const bytes = encoder.encode(line).length + 1;
    const tooLong = limits.maxEventLineBytes > 0 && bytes > limits.maxEventLineBytes;
    const tooMany = limits.maxEventsBufferBytes > 0 && this.#bytes + bytes > limits.maxEventsBufferBytes;
    if (comesTooFast || tooLong || tooMany) {
      this.dropped++;
      return;
    }
    const seq = ++this.#seq;
    this.#bytes += bytes;
    this.#waiting++;
    void write(seq, line).catch(() => this.dropped++).finally(() => this.#waiting--);
  }

  #takeToken(): boolean {
    const { clock, limits: { maxProgressRate: rate } } = this.#options;
    if (rate <= 0) return true;
    const nowMs = clock.steadyMs();
    if (nowMs - this.#refilledMs >= REFILL_MS) {
      this.#tokens = rate;
      this.#refilledMs = nowMs;
    }
    if (this.#tokens <= 0) return false;
    this.#tokens--;
    return true;
  }
}
