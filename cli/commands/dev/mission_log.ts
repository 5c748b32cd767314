/**
 * Activity of a dugdale, for people.
 *
 * @module
 */
import type { Log, LogFields } from "../../../dugdale/host/log.ts";
import type { ChangedMission, MissionChange } from "../../../dugdale/mission_change.ts";
import type { Writer } from "../../output/io.ts";
import type { Color, Paint } from "../../output/color.ts";
import { humanDuration } from "../../output/human.ts";

/** One line for every start and end of a mission, and for failures. */
export class MissionLog implements Log {
  readonly #writer: Writer;
  readonly #paint: Paint;

  constructor(writer: Writer, paint: Paint) {
    this.#writer = writer;
    this.#paint = paint;
  }

  debug(): void {}

  info(): void {}

  /** Listens to changes of missions. */
  readonly hear = (change: MissionChange): void => {
    if (change.change === "started") return this.#line("cyan", "started", change, "");
    const { outcome, durationMs, failReason, failMessage } = change;
    const why = [failReason, failMessage].filter((part) => part !== undefined && part !== "").join(": ");
    const color = outcome === "success" ? "green" : "red";
    this.#line(color, outcome, change, [humanDuration(durationMs), why].filter(Boolean).join("  "));
  };

  warn(message: string, fields: LogFields = {}): void {
    this.#write("yellow", "warning", `${message} ${JSON.stringify(fields)}`);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#write("red", "error", `${message} ${JSON.stringify(fields)}`);
  }

  #line(
    color: Color,
    word: string,
    { missionId, missionName, displayName }: ChangedMission,
    rest: string,
  ): void {
    this.#write(color, word, `${displayName ?? missionName}  ${missionId}${rest && `  ${rest}`}`);
  }

  #write(color: Color, word: string, text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const line = `${this.#paint("dim", time)}  ${this.#paint(color, word.padEnd(8))}  ${text}\n`;
    // Not awaited: a closed stream is reported elsewhere.
    this.#writer.write(line).catch(() => {});
  }
}
