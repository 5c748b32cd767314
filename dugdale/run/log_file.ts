import { Buffer } from "node:buffer";
import { clip, CUT_MARK } from "../../protocol/clip.ts";
import type { Clock } from "../host/clock.ts";
import type { Disk } from "../host/disk.ts";
import type { Log } from "../host/log.ts";
import type { LogEntry } from "./fd3.ts";

/** Maximum lengths of a message and of the JSON of its fields in the daemon's log. The file has them whole. */
const MESSAGE_BYTES = 512, FIELDS_BYTES = 4096;

/** The settings of a mission's log. */
export interface LogFileOptions {
  readonly disk: Pick<Disk, "closeSync" | "openSync" | "writeSync">;
  /** Path of the file, which is created with the first line. */
  readonly path: () => string;
  /** Whether to keep what the file holds already, from an earlier attempt of the mission. */
  readonly append: boolean;
  /** Maximum size of all lines of one attempt. */
  readonly limitBytes: number;
  readonly clock: Pick<Clock, "wallMs">;
  /** The daemon's log gets each line too. */
  readonly log: Log;
  /** What tells the lines of this mission from those of others in the daemon's log. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Called after a line was written, for those who follow. */
  readonly onWrite: () => void;
  /** Called when the file is given up because it cannot be written. */
  readonly onFailure: (error: unknown) => void;
}

/** Keeps the log of a mission: one JSON object a line, with `time`, `level`, `message` and `fields`. */
export class LogFile implements Disposable {
  readonly #options: LogFileOptions;
  #file: number | undefined;
  #leftBytes: number;
  #isOver = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#leftBytes = options.limitBytes;
  }

  /** Adds a line. The first one beyond the limit is replaced by a warning; what follows it is dropped. */
  write(entry: LogEntry): void {
    if (this.#isOver) return;
    const { limitBytes, clock, onWrite, onFailure } = this.#options;
    const timeMs = clock.wallMs();
    let line = Buffer.from(lineOf(timeMs, entry));
    if (line.length > this.#leftBytes) {
      this.#isOver = true;
      const message = `the log ends here: a dugdale keeps ${limitBytes} bytes of it`;
      line = Buffer.from(lineOf(timeMs, { level: "warn", message, fields: null }));
    } else this.#pass(entry);
    this.#leftBytes -= line.length;
    try {
      this.#append(line);
    } catch (error) {
      this.#isOver = true;
      onFailure(error);
    }
    onWrite();
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) this.#options.disk.closeSync(this.#file);
    this.#file = undefined;
    this.#isOver = true;
  }

  #append(line: Uint8Array): void {
    const { disk, path, append } = this.#options;
    this.#file ??= disk.openSync(path(), append ? "a" : "w", 0o600);
    for (let rest = line; rest.length > 0;) rest = rest.subarray(disk.writeSync(this.#file, rest));
  }

  #pass({ level, message, fields }: LogEntry): void {
    const { log, facts } = this.#options;
    const text = clip(message, MESSAGE_BYTES, CUT_MARK);
    const shown = fields !== null && fields.length <= FIELDS_BYTES ? { fields: JSON.parse(fields) } : {};
    log[level]("mission log", { ...facts, message: text, ...shown });
  }
}

function lineOf(timeMs: number, { level, message, fields }: LogEntry): string {
  const more = fields === null ? "" : `,"fields":${fields}`;
  return `{"time":${timeMs},"level":"${level}","message":${JSON.stringify(message)}${more}}\n`;
}
