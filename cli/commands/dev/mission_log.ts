/**
 * What a dugdale does, for somebody who watches it.
 *
 * @module
 */
import type { Log, LogFields } from "../../../dugdale/host/log.ts";
import type { Sink } from "../../output/io.ts";
import type { Color, Paint } from "../../output/color.ts";
import { humanDuration } from "../../output/human.ts";

/** A line for every start and end of a mission, and for what goes wrong. */
export class MissionLog implements Log {
  readonly #sink: Sink;
  readonly #paint: Paint;

  constructor(sink: Sink, paint: Paint) {
    this.#sink = sink;
    this.#paint = paint;
  }

  debug(): void {}

  info(message: string, fields: LogFields = {}): void {
    if (message !== "mission") return;
    const { phase } = fields;
    if (phase === "started") this.#line("cyan", "started", fields, "");
    if (phase === "finished") this.#finished(fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#write("yellow", "warning", `${message} ${JSON.stringify(fields)}`);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#write("red", "error", `${message} ${JSON.stringify(fields)}`);
  }

  #finished(fields: LogFields): void {
    const { outcome, duration_ms: tookMs, fail_reason: reason, fail_message: words } = fields;
    const took = typeof tookMs === "number" ? humanDuration(tookMs) : "";
    const why = [reason, words].filter((part) => typeof part === "string" && part !== "").join(": ");
    const color = outcome === "success" ? "green" : "red";
    this.#line(color, String(outcome), fields, [took, why].filter(Boolean).join("  "));
  }

  #line(color: Color, word: string, fields: LogFields, rest: string): void {
    const { mission_id: id, mission_name, display_name = mission_name } = fields;
    this.#write(color, word, `${display_name}  ${id}${rest && `  ${rest}`}`);
  }

  #write(color: Color, word: string, text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const line = `${this.#paint("dim", time)}  ${this.#paint(color, word.padEnd(8))}  ${text}\n`;
    // Nobody waits for a log; a reader who left shows elsewhere.
    this.#sink.write(line).catch(() => {});
  }
}
