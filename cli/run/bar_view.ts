/**
 * A progress bar that stays at the bottom while log lines go by above it.
 *
 * @module
 */
import type { FollowedLine } from "../../client/types.ts";
import type { Io } from "../io.ts";
import { type Paint, paintFor } from "../print/color.ts";
import { barLine } from "./progress_bar.ts";
import { type LogStream, type RunView, savedText } from "./view.ts";

/** Often enough for the seconds and the runner, seldom enough to cost nothing. */
const REDRAW_MS = 120;
const CLEAR_LINE = "\r\x1b[2K";

/** Draws on stderr, which must be a terminal. */
export class BarView implements RunView {
  readonly #io: Io;
  readonly #paint: Paint;
  readonly #startedMs = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #phase = "waiting";
  #value: number | undefined;
  #message = "";
  #drawn = false;
  #closed = false;

  constructor(io: Io) {
    this.#io = io;
    this.#paint = paintFor(io.stderr, io);
    // A terminal that went away is noticed by the next line that somebody waits for.
    this.#timer = setInterval(() => this.#draw().catch(() => {}), REDRAW_MS);
  }

  async event({ event }: FollowedLine): Promise<void> {
    switch (event?.event) {
      case "queued":
        this.#phase = "queued";
        break;
      case "running":
        this.#phase = "running";
        break;
      case "progress":
        this.#value = event.value ?? this.#value;
        this.#message = event.message ?? this.#message;
        break;
      case "done":
        return await this.close();
    }
    await this.#draw();
  }

  async log(stream: LogStream, line: string): Promise<void> {
    const mark = this.#paint(stream === "stderr" ? "yellow" : "dim", `[${stream}]`);
    await this.#above(`${mark} ${line}\n`);
  }

  async saved(key: string, path: string, bytes: number): Promise<void> {
    await this.#above(`${savedText(key, path, bytes)}\n`);
  }

  async warning(text: string): Promise<void> {
    await this.#above(`${this.#paint("yellow", "[warning]")} ${text}\n`);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#above("");
  }

  async #above(text: string): Promise<void> {
    const clear = this.#drawn ? CLEAR_LINE : "";
    this.#drawn = false;
    if (clear !== "" || text !== "") await this.#io.stderr.write(clear + text);
  }

  async #draw(): Promise<void> {
    if (this.#closed) return;
    this.#drawn = true;
    const state = {
      phase: this.#phase,
      value: this.#value,
      message: this.#message,
      elapsedMs: performance.now() - this.#startedMs,
    };
    await this.#io.stderr.write(`\r${barLine(state, this.#io.columns(), this.#paint)}\x1b[K`);
  }
}
