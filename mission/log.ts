/** Structured log lines on stderr. @module */
import { clip, CUT_MARK } from "../protocol/clip.ts";
import type { LogLevel } from "../protocol/fd3.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import type { Channel } from "./channel.ts";
import type { Host } from "./host.ts";
import { printLine } from "./stderr.ts";

const MESSAGE_BYTES = 16 * 1024;
/** A line on descriptor 3 that is too long would fail the mission. */
const FIELDS_CHARS = 64 * 1024;

/** JSON, one object on each line, for programs; or text, for people. */
export type LogFormat = "json" | "text";

/** Additional fields of a log line. Errors are written with their class and message, bigints as strings. */
export type LogFields = Readonly<Record<string, unknown>>;

// HEAD
/** Common fields of all lines of a mission. */
//
/** What every line of one mission carries, and where it goes beside stderr. */
//c0d482c (missions write a log of their own on descriptor 3: GET /v1/missions/{id}/log, letts logs --stream log, and the log of the dugdale)
export interface LogScene {
  readonly missionId: string;
  /** The current named state of the mission. */
  state(): string | undefined;
  /** Where a dugdale takes log lines. */
  readonly channel: Pick<Channel, "ended" | "knows" | "say">;
}

/**
 * Writes log lines to stderr, where a dugdale captures them, and to the mission's own log if the dugdale keeps one. By
 * default the lines on stderr are text on a terminal and JSON anywhere else; `LETTS_LOG_FORMAT=json` or `text` overrides
 * that. Logging never throws because of a field.
 */
export class Log {
  readonly #host: Host;
  readonly #scene: LogScene;
  readonly #wished: LogFormat | undefined;
  #settled: LogFormat | undefined;

  /** @ignore Every mission has one: `m.log`. */
  constructor(host: Host, scene: LogScene, format: LogFormat | undefined) {
    this.#host = host;
    this.#scene = scene;
    this.#wished = format;
  }

  /** Details for debugging. */
  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  /** Normal operation. */
  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  /** A problem that does not affect the result. */
  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  /** A failure of a part of the work. */
  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  get #format(): LogFormat {
    return this.#settled ??= this.#wished ?? wishOf(this.#host.env("LETTS_LOG_FORMAT")) ??
      (this.#host.stderrIsTerminal() ? "text" : "json");
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.#print(level, message, fields);
    const { channel } = this.#scene;
    if (channel.ended || !channel.knows("log")) return;
    const facts = Object.keys(fields).length > 0 && { fields: sentFields(fields) };
    channel.say({ event: "log", level, message: clip(message, MESSAGE_BYTES, CUT_MARK), ...facts });
  }

  #print(level: LogLevel, message: string, fields: LogFields): void {
    const time = new Date().toISOString();
    const state = this.#scene.state();
    if (this.#format === "text") {
      const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${encode(value)}`).join("");
      return printLine(this.#host, `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${facts}`);
    }
    const head = {
      time,
      level,
      message,
      mission: this.#scene.missionId,
      ...(state !== undefined && { state }),
    };
    // The fields are kept separate: none of them can replace the time, and one that cannot be written does not affect
    // other lines.
    const tail = Object.keys(fields).length === 0 ? "}" : `,"fields":${encode(fields)}}`;
    printLine(this.#host, encode(head).slice(0, -1) + tail);
  }
}

function wishOf(text: string | undefined): LogFormat | undefined {
  return text === "json" || text === "text" ? text : undefined;
}

function sentFields(fields: LogFields): JsonObject {
  const text = encode(fields);
  return text.length > FIELDS_CHARS ? { truncated: true, original_chars: text.length } : JSON.parse(text);
}

function encode(value: unknown): string {
  try {
    return JSON.stringify(value, writable) ?? "null";
  } catch (error) {
    return JSON.stringify({ unwritable: error instanceof Error ? error.message : String(error) });
  }
}

function writable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) {
    return { class: value.constructor.name, message: value.message, stack: value.stack };
  }
  return value;
}
