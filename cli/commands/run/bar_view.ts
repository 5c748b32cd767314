/**
 * A progress bar at the bottom of the screen, with log lines scrolling above it.
 *
 * @module
 */
import type { FollowedLine } from "../../../client/types.ts";
import { type Paint, paintFor } from "../../output/color.ts";
import type { Io, WriteOptions } from "../../output/io.ts";
import { logRecordText } from "../../output/log_record.ts";
import { StatusLine } from "../../output/status_line.ts";
import type { LogStream } from "./log_lines.ts";
import { barLine } from "./progress_bar.ts";
import { eventText, type RunView, savedText } from "./view.ts";

/** Draws on stderr, which must be a terminal. */
export class BarView implements RunView {
  readonly #paint: Paint;
  readonly #line: StatusLine;
  readonly #startedMs = performance.now();
  readonly #raw: boolean;
  #phase = "waiting";
  #value: number | undefined;
  #message = "";

  /** @param options.raw Whether log lines are written unchanged. */
  constructor(io: Io, { raw = false }: WriteOptions = {}) {
    this.#raw = raw;
    this.#paint = paintFor(io.stderr, io);
    this.#line = new StatusLine(io, () => barLine(this.#state(), io.columns(), this.#paint));
  }

  async event({ event }: FollowedLine): Promise<void> {
    switch (event?.event) {
      case "queued":
      case "running":
        this.#phase = event.event;
        break;
      case "progress":
        this.#value = event.value ?? this.#value;
        this.#message = event.message ?? this.#message;
        break;
      case "state":
        this.#message = event.text;
        break;
      case "note":
        await this.#line.above(`${eventText(event)}\n`);
        break;
      case "warning":
        await this.warning(event.text);
        break;
      case "attempt":
        this.#phase = "waiting";
        await this.#line.above(`${eventText(event)}\n`);
        break;
      case "done":
        return await this.close();
    }
    await this.#line.draw();
  }

  async log(stream: LogStream, line: string): Promise<void> {
    const record = stream === "stderr" ? logRecordText(line, this.#paint) : undefined;
    const mark = this.#paint(stream === "stderr" ? "yellow" : "dim", `[${stream}]`);
    await this.#line.above(`${record ?? `${mark} ${line}`}\n`, { raw: this.#raw });
  }

  async saved(key: string, path: string, bytes: number): Promise<void> {
    await this.#line.above(`${savedText(key, path, bytes)}\n`);
  }

  async warning(text: string): Promise<void> {
    await this.#line.above(`${this.#paint("yellow", "[warning]")} ${text}\n`);
  }

  async close(): Promise<void> {
    await this.#line.close();
  }

  #state(): Parameters<typeof barLine>[0] {
    return {
      phase: this.#phase,
      value: this.#value,
      message: this.#message,
      elapsedMs: performance.now() - this.#startedMs,
    };
  }
}
