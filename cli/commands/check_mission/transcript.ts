/**
 * Events of a mission on descriptor 3, parsed with the rules of a dugdale.
 *
 * @module
 */
import { Fd3Reader, type FinalEvent, type Progress, type Violation } from "../../../dugdale/run/fd3.ts";
import type { DugdaleLimits } from "../../../config/dugdale/limits.ts";

/** Additional reports within one second are dropped by a dugdale. */
const RATE_WINDOW_MS = 1000;

/** Parses descriptor 3 and notes, line by line, what a dugdale accepts but is probably a mistake. */
export class Transcript {
  readonly #reader: Fd3Reader;
  readonly #limits: DugdaleLimits;
  readonly #notes: string[] = [];
  #progress = 0;
  #dropped = 0;
  #windowMs = -Infinity;
  #inWindow = 0;

  constructor(limits: DugdaleLimits) {
    this.#limits = limits;
    this.#reader = new Fd3Reader(limits, (progress) => this.#sawProgress(progress));
  }

  /** Takes the next bytes. */
  write(chunk: Uint8Array): void {
    this.#reader.write(chunk);
  }

  /** The mission has closed descriptor 3. */
  end(): void {
    const { unterminated } = this.#reader;
    this.#reader.end();
    if (unterminated) {
      this.#note("has no newline at its end; it counts, but a kill in the middle of it would go unnoticed");
    }
    if (this.#dropped > 0) {
      const { maxProgressRate } = this.#limits;
      this.#notes.push(
        `${this.#dropped} of ${this.#progress} progress reports would be dropped: at most ${maxProgressRate} a second ` +
          "are kept",
      );
    }
  }

  /** Protocol violations, in order. */
  get violations(): readonly Violation[] {
    return this.#reader.violations;
  }

  /** Accepted events that are probably mistakes. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** The reported outcome. */
  get final(): FinalEvent | undefined {
    return this.#reader.final;
  }

  /** Keys of the declared output files. */
  get outputs(): readonly string[] {
    return [...this.#reader.outputs];
  }

  /** Number of progress reports. */
  get progress(): number {
    return this.#progress;
  }

  #sawProgress({ value, message }: Progress): void {
    this.#progress++;
    if (value === undefined && message === "") this.#note("is a progress that has neither value nor message");
    if (value !== undefined && !(Number(value) >= 0 && Number(value) <= 1)) {
      this.#note(`has the progress value ${value}; 0 to 1 is meant, and bars show it so`);
    }
    if (this.#reader.final !== undefined) this.#note("is a progress that comes after the ending");
    const nowMs = performance.now();
    if (nowMs - this.#windowMs >= RATE_WINDOW_MS) [this.#windowMs, this.#inWindow] = [nowMs, 0];
    if (++this.#inWindow > this.#limits.maxProgressRate && this.#limits.maxProgressRate > 0) this.#dropped++;
  }

  #note(text: string): void {
    this.#notes.push(`line ${this.#reader.line} on descriptor 3 ${text}`);
  }
}
