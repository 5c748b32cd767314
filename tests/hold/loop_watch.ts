import { connect, readAnswer, requestText, writeAll } from "../contract/raw_http.ts";
import { type Daemon, pause } from "../contract/daemon.ts";

/** No request, mission or admin call may hold the event loop for longer. */
export const HOLD_MS = 50;

/**
 * Asks a dugdale for its health, again and again, and takes note of how long its main thread has worked between a
 * question and its answer: that is the longest turn of its event loop, and a little more. What the machine does
 * meanwhile for other processes does not count, so a loaded machine fails no test.
 */
export class LoopWatch implements AsyncDisposable {
  /** How often it was answered. */
  answers = 0;
  #longestMs = 0;
  readonly #pauseMs: number;
  readonly #othersMs: () => number;
  readonly #daemon: Daemon;
  readonly #done: Promise<void>;
  #over = false;

  /**
   * @param options.pauseMs Between an answer and the next question. Default none.
   * @param options.othersMs Work for others so far, which is no part of a turn. Default none.
   */
  constructor(daemon: Daemon, options: { readonly pauseMs?: number; readonly othersMs?: () => number } = {}) {
    this.#daemon = daemon;
    this.#pauseMs = options.pauseMs ?? 0;
    this.#othersMs = options.othersMs ?? (() => 0);
    this.#done = this.#ask();
  }

  /** Ends the watch: the longest turn so far, in milliseconds of processor time. */
  async longestMs(): Promise<number> {
    this.#over = true;
    await this.#done;
    return this.#longestMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.longestMs();
  }

  async #ask(): Promise<void> {
    using connection = await connect(this.#daemon.url);
    const question = new TextEncoder().encode(
      requestText("GET", "/v1/healthz", { connection: "keep-alive" }),
    );
    while (!this.#over) {
      const beforeMs = await this.#workedMs() - this.#othersMs();
      await writeAll(connection, question);
      const { status } = await readAnswer(connection);
      if (status !== 200) throw new Error(`healthz has answered ${status}`);
      this.#longestMs = Math.max(this.#longestMs, await this.#workedMs() - this.#othersMs() - beforeMs);
      this.answers++;
      if (this.#pauseMs > 0) await pause(this.#pauseMs);
    }
  }

  /** The processor time of the main thread, whose number is that of the process. */
  async #workedMs(): Promise<number> {
    const { pid } = this.#daemon;
    const [nanoseconds] = (await Deno.readTextFile(`/proc/${pid}/task/${pid}/schedstat`)).split(" ");
    return Number(nanoseconds) / 1e6;
  }
}
