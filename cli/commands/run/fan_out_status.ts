/**
 * Counts finished dugdales of a fan-out.
 *
 * @module
 */
import { paintFor } from "../../output/color.ts";
import type { Io } from "../../output/io.ts";
import { StatusLine } from "../../output/status_line.ts";
import type { GlobalValues } from "../../parse/global_flags.ts";
import { barLine } from "./progress_bar.ts";

/** Shows the progress of a fan-out; nothing if stderr is not a terminal. */
export class FanOutStatus implements AsyncDisposable {
  readonly #line: StatusLine | undefined;
  readonly #startedMs = performance.now();
  readonly #waiting: Set<string>;
  readonly #total: number;

  constructor(hosts: readonly string[], { quiet }: GlobalValues, io: Io) {
    this.#waiting = new Set(hosts);
    this.#total = hosts.length;
    const seen = io.stderr.isTerminal && !quiet && io.env("TERM") !== "dumb";
    const paint = paintFor(io.stderr, io);
    this.#line = seen ? new StatusLine(io, () => barLine(this.#state(), io.columns(), paint)) : undefined;
  }

  /** A dugdale has finished. */
  async done(host: string): Promise<void> {
    this.#waiting.delete(host);
    if (this.#waiting.size > 0) await this.#line?.draw();
  }

  /** Removes the line before permanent output. */
  async makeRoom(): Promise<void> {
    await this.#line?.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line?.close();
  }

  #state(): Parameters<typeof barLine>[0] {
    const done = this.#total - this.#waiting.size;
    return {
      phase: "",
      value: done / this.#total,
      message: `${done} of ${this.#total} done, waiting for ${[...this.#waiting].join(", ")}`,
      elapsedMs: performance.now() - this.#startedMs,
    };
  }
}
