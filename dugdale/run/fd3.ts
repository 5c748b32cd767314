import { InvalidDurationError, parseDuration } from "../../protocol/duration.ts";
import { CONTROL_EVENTS, LOG_LEVELS, type LogLevel } from "../../protocol/fd3.ts";
import { type Line, LineSplitter } from "../../protocol/lines.ts";
import { isFileRole } from "../../protocol/names.ts";
import { compact, DepthError } from "../json/canonical.ts";
import { LONGEST_PAUSE_MS } from "../../protocol/retry.ts";
import { type JsonNode, type JsonObjectNode, readJson } from "../json/reader.ts";
import { JsonSyntaxError } from "../json/scanner.ts";
import type { JsonValue } from "../../protocol/json_value.ts";
import { clip } from "../../protocol/clip.ts";

/** The event that ends the mission. JSON members are kept as written. */
export type FinalEvent =
  | { readonly event: "success"; readonly returnValue: string | null; readonly line: number }
  | {
    readonly event: "fail";
    readonly message: string;
    readonly reason: string;
    readonly details: string | null;
    /** Whether to retry: never, or after a delay in milliseconds. Undefined: not specified. */
    readonly retry?: false | number | undefined;
    readonly line: number;
  };

/** A protocol violation on descriptor 3; makes a success a failure. */
export interface Violation {
  readonly reason:
    | "event_line_too_large"
    | "event_protocol_error"
    | "too_many_output_files"
    | "duplicate_final_event";
  readonly message: string;
  readonly details: Readonly<Record<string, JsonValue>>;
}

/** A progress report for the mission's events. */
export interface Progress {
  /** JSON text of the number, as written by the mission. */
  readonly value: string | undefined;
  readonly message: string;
}

/** What a mission says on its way, beside its progress. JSON is text, as the mission wrote it but without white space. */
export type Said =
  | { readonly event: "note" | "state"; readonly text: string }
  | { readonly event: "warn"; readonly text: string; readonly details: string | null }
  | { readonly event: "meta"; readonly fields: ReadonlyMap<string, string> }
  | ({ readonly event: "log" } & LogEntry);

/** A line of a mission's log. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  /** JSON text. */
  readonly fields: string | null;
}

/** Limits of the control channel; 0 means no limit. */
export interface ControlLimits {
  readonly maxEventLineBytes: number;
  readonly maxOutputFilesPerMission: number;
  readonly maxJsonDepth: number;
}

const MAX_VIOLATIONS = 32;
/** How much of an oversized line is searched for its event name. */
const PEEK_BYTES = 512;
const OPEN_BRACE = 0x7b;
const NAMES: readonly string[] = CONTROL_EVENTS;

const decoder = new TextDecoder();

/** Parses descriptor 3 of a mission, line by line, and keeps what determines its end. */
export class Fd3Reader {
  readonly outputs: Set<string> = new Set();
  readonly violations: Violation[] = [];
  final: FinalEvent | undefined;
  readonly #limits: ControlLimits;
  readonly #onProgress: (progress: Progress) => void;
  readonly #onSaid: (said: Said) => void;
  readonly #splitter: LineSplitter;
  #line = 0;

  /** @param onSaid Default: what is said beside the progress is only checked. */
  constructor(
    limits: ControlLimits,
    onProgress: (progress: Progress) => void,
    onSaid: (said: Said) => void = () => {},
  ) {
    this.#limits = limits;
    this.#onProgress = onProgress;
    this.#onSaid = onSaid;
    const max = limits.maxEventLineBytes;
    this.#splitter = new LineSplitter(max > 0 ? Math.max(max, PEEK_BYTES) : Infinity);
  }

  /** Takes the next bytes of the pipe. */
  write(chunk: Uint8Array): void {
    for (const line of this.#splitter.push(chunk)) this.#take(line);
  }

  /** The number of the last line, from 1. */
  get line(): number {
    return this.#line;
  }

  /** Whether there are bytes after the last newline. */
  get unterminated(): boolean {
    return this.#splitter.pendingBytes > 0;
  }

  /** The pipe has ended: an unterminated rest counts as a line. */
  end(): void {
    const line = this.#splitter.end();
    if (line !== undefined) this.#take(line);
  }

  #take({ bytes, length }: Line): void {
    this.#line++;
    // A value that is not an object can only be another violation.
    if (this.violations.length === MAX_VIOLATIONS && bytes[0] !== OPEN_BRACE && !isSpace(bytes[0])) return;
    const text = decoder.decode(bytes);
    const max = this.#limits.maxEventLineBytes;
    if (max > 0 && length > max) return this.#tooLarge(text, length, max);
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (line !== "") this.#read(line);
  }

  #tooLarge(beginning: string, bytes: number, max: number): void {
    const event = /^\s*\{(?:[^{}[\]]*,)?\s*"event"\s*:\s*"(\w+)"/.exec(beginning.slice(0, PEEK_BYTES))?.[1];
    this.#violate("event_line_too_large", `is ${bytes} bytes long, ${max} are allowed`, {
      line_bytes: bytes,
      max_event_line_size: max,
      ...(event !== undefined && NAMES.includes(event) ? { event } : {}),
    });
  }

  #read(line: string): void {
    let node: JsonNode;
    try {
      node = readJson(line);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      return this.#protocolError(`is not JSON: ${clip(error.message, 256)}`);
    }
    if (line.slice(node.end).trim() !== "") {
      return this.#protocolError("has trailing data after its JSON object");
    }
    if (node.kind !== "object") {
      return this.#protocolError(
        `is ${node.kind === "null" ? "null" : `a JSON ${node.kind}`}, not an object`,
      );
    }
    const name = last(node, "event");
    if (name?.kind !== "string") return this.#protocolError('has no string member "event"');
    switch (name.value) {
      case "progress":
        return this.#progress(line, node);
      case "output_file":
        return this.#outputFile(node);
      case "note":
        return this.#say("note", this.#words(node, "text", "note"));
      case "state":
        return this.#say("state", this.#words(node, "name", "state"));
      case "warn":
        return this.#warn(line, node);
      case "meta":
        return this.#meta(line, node);
      case "log":
        return this.#log(line, node);
      case "success":
        return this.#success(line, node);
      case "fail":
        return this.#fail(line, node);
      default:
        return this.#protocolError(`has the unknown event ${JSON.stringify(clip(name.value, 128))}`);
    }
  }

  #progress(line: string, node: JsonObjectNode): void {
    const value = last(node, "value");
    const message = this.#text(node, "message", "progress");
    if (message === undefined) return;
    // A number out of the range of a double would break the event for its readers.
    if (value !== undefined && !(value.kind === "number" && Number.isFinite(Number(value.text)))) {
      return this.#protocolError('progress "value" must be a number or null', { event: "progress" });
    }
    this.#onProgress({ value: value && line.slice(value.start, value.end), message });
  }

  #outputFile(node: JsonObjectNode): void {
    const key = this.#text(node, "key", "output_file");
    if (key === undefined) return;
    if (!isFileRole(key)) {
      const clipped = clip(key, 128);
      return this.#protocolError(`output_file key ${JSON.stringify(clipped)} is not a valid name`, {
        event: "output_file",
        ...(key === "" ? {} : { key: clipped }),
      });
    }
    if (this.outputs.has(key)) return;
    const max = this.#limits.maxOutputFilesPerMission;
    if (max > 0 && this.outputs.size >= max) {
      return this.#violate(
        "too_many_output_files",
        `declares output file "${key}" beyond the ${max} allowed`,
        {
          event: "output_file",
          key,
          max_output_files_per_mission: max,
        },
      );
    }
    this.outputs.add(key);
  }

  #say(event: "note" | "state", text: string | undefined): void {
    if (text !== undefined) this.#onSaid({ event, text });
  }

  #warn(line: string, node: JsonObjectNode): void {
    const text = this.#words(node, "message", "warn");
    if (text === undefined) return;
    const details = this.#object(line, node, "details", "warn");
    if (details !== undefined) {
      this.#onSaid({ event: "warn", text, details: details === "null" ? null : details });
    }
  }

  #meta(line: string, node: JsonObjectNode): void {
    const fields = last(node, "fields");
    if (fields?.kind !== "object") {
      return this.#protocolError('meta "fields" must be an object', { event: "meta" });
    }
    if (this.#object(line, node, "fields", "meta") === undefined) return;
    this.#onSaid({
      event: "meta",
      fields: new Map(fields.members.map(([name, value]) => [name, compact(line, value)])),
    });
  }

  #log(line: string, node: JsonObjectNode): void {
    const named = this.#text(node, "level", "log");
    if (named === undefined) return;
    const level = LOG_LEVELS.find((level) => level === named);
    if (level === undefined) {
      return this.#protocolError(`log "level" must be ${LOG_LEVELS.join(", ")}`, { event: "log" });
    }
    const message = this.#text(node, "message", "log");
    if (message === undefined) return;
    const fields = this.#object(line, node, "fields", "log");
    if (fields === undefined) return;
    this.#onSaid({ event: "log", level, message, fields: fields === "null" ? null : fields });
  }

  #success(line: string, node: JsonObjectNode): void {
    const returned = this.#object(line, node, "return", "success");
    if (returned !== undefined) this.#end({ event: "success", returnValue: returned, line: this.#line });
  }

  #fail(line: string, node: JsonObjectNode): void {
    const message = this.#text(node, "message", "fail");
    if (message === undefined) return;
    const reason = this.#text(node, "reason", "fail");
    if (reason === undefined) return;
    const details = this.#object(line, node, "details", "fail");
    if (details === undefined) return;
    const code = last(node, "exit_code");
    if (code !== undefined && !(code.kind === "number" && isInt64(code.text))) {
      return this.#protocolError('fail "exit_code" must be an integer of 64 bits', { event: "fail" });
    }
    const retry = last(node, "retry");
    const pause = retryOf(line, retry);
    if (pause === null) {
      return this.#protocolError('fail "retry" must be false or a duration such as "30s"', { event: "fail" });
    }
    this.#end({ event: "fail", message, reason, details, retry: pause, line: this.#line });
  }

  #end(final: FinalEvent): void {
    const first = this.final;
    if (first === undefined) {
      this.final = final;
      return;
    }
    this.#violate(
      "duplicate_final_event",
      `has a second final event, "${final.event}" after "${first.event}"`,
      {
        event: final.event,
        first_event: first.event,
        first_fd3_line: first.line,
      },
    );
  }

  /** A string member; empty if absent, undefined after a violation. */
  #text(node: JsonObjectNode, name: string, event: string): string | undefined {
    const value = last(node, name);
    if (value === undefined) return "";
    if (value.kind === "string") return value.value;
    this.#protocolError(`${event} "${name}" must be a string`, { event });
    return undefined;
  }

  /** A string member that is not empty; undefined after a violation. */
  #words(node: JsonObjectNode, name: string, event: string): string | undefined {
    const value = last(node, name);
    if (value?.kind === "string" && value.value !== "") return value.value;
    this.#protocolError(`${event} "${name}" must be a string that is not empty`, { event });
    return undefined;
  }

  /** The JSON text of an object member; null if absent, undefined after a violation. */
  #object(line: string, node: JsonObjectNode, name: string, event: string): string | null | undefined {
    const value = last(node, name);
    if (value === undefined) return hasNull(node, name) ? "null" : null;
    if (value.kind === "object") {
      try {
        return compact(line, value, this.#limits.maxJsonDepth);
      } catch (error) {
        if (!(error instanceof DepthError)) throw error;
        this.#protocolError(`${event} "${name}" ${error.message}`, { event });
        return undefined;
      }
    }
    this.#protocolError(`${event} "${name}" must be an object or null`, { event });
    return undefined;
  }

  #protocolError(message: string, details: Readonly<Record<string, JsonValue>> = {}): void {
    this.#violate("event_protocol_error", message, details);
  }

  #violate(reason: Violation["reason"], message: string, details: Readonly<Record<string, JsonValue>>): void {
    if (this.violations.length >= MAX_VIOLATIONS) return;
    const text = `line ${this.#line} on descriptor 3 ${message}`;
    this.violations.push({ reason, message: text, details: { fd3_line: this.#line, ...details } });
  }
}

/** What a failed mission says about another attempt; null if it is neither false nor a duration. */
function retryOf(line: string, node: JsonNode | undefined): false | number | undefined | null {
  if (node === undefined) return undefined;
  if (node.kind === "boolean") return line[node.start] === "f" ? false : null;
  if (node.kind !== "string") return null;
  try {
    const ms = parseDuration(node.value);
    return ms >= 0 && ms <= LONGEST_PAUSE_MS ? ms : null;
  } catch (error) {
    if (error instanceof InvalidDurationError) return null;
    throw error;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

/** The last member of exactly that name; null counts as absent. */
function last(node: JsonObjectNode, name: string): JsonNode | undefined {
  const value = node.members.findLast(([key]) => key === name)?.[1];
  return value?.kind === "null" ? undefined : value;
}

function isInt64(text: string): boolean {
  return /^-?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function hasNull(node: JsonObjectNode, name: string): boolean {
  return node.members.findLast(([key]) => key === name)?.[1].kind === "null";
}
