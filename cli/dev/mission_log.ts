/**
 * What a dugdale does, for somebody who watches it.
 *
 * @module
 */
import type { Log, LogFields } from "../../dugdale/host/log.ts";
import type { Sink } from "../io.ts";
import type { Color, Paint } from "../print/color.ts";
import { humanDuration } from "../print/human.ts";

/** A line for every start and end of a mission, and for what goes wrong. */
export class MissionLog implements Log {
  readonly #sink: Sink;
  readonly #paint: Paint;
  readonly #names = new Map<unknown, string>();

  constructor(sink: Sink, paint: Paint) {
    this.#sink = sink;
    this.#paint = paint;
  }

  debug(): void {}

  info(message: string, fields: LogFields = {}): void {
    if (message !== "mission") return;
    const { phase, mission_id: id } = fields;
    if (phase === "dispatched") this.#names.set(id, String(fields.mission_name ?? "exec"));
    if (phase === "started" && !this.#names.has(id)) this.#names.set(id, String(fields.kind));
    if (phase === "started") this.#line("cyan", "started", id, "");
    if (phase === "finished") this.#finished(fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#write("yellow", "warning", `${message} ${JSON.stringify(fields)}`);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#write("red", "error", `${message} ${JSON.stringify(fields)}`);
  }

  #finished(
    { mission_id: id, outcome, duration_ms: tookMs, fail_reason: reason, fail_message: words }: LogFields,
  ): void {
    const took = typeof tookMs === "number" ? humanDuration(tookMs) : "";
    const why = [reason, words].filter((part) => typeof part === "string" && part !== "").join(": ");
    this.#line(
      outcome === "success" ? "green" : "red",
      String(outcome),
      id,
      [took, why].filter(Boolean).join("  "),
    );
    this.#names.delete(id);
  }

  #line(color: Color, word: string, id: unknown, rest: string): void {
    this.#write(color, word, `${this.#names.get(id) ?? "mission"}  ${id}${rest && `  ${rest}`}`);
  }

  #write(color: Color, word: string, text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const line = `${this.#paint("dim", time)}  ${this.#paint(color, word.padEnd(8))}  ${text}\n`;
    // Nobody waits for a log; a reader who left shows elsewhere.
    this.#sink.write(line).catch(() => {});
  }
}
