/** The API of a mission: the `m` of the function style, and the base of the script style. @module */
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { clip, CUT_MARK } from "../protocol/clip.ts";
import { SAID_LIMITS } from "../protocol/fd3.ts";
import { UsageError } from "./errors.ts";
import { type InputFile, InputFiles } from "./files.ts";
import { Input as InputPaths } from "./input.ts";
import type { InterruptCallback } from "./interrupt.ts";
import { kindOf, toJson } from "./json.ts";
import { Log } from "./log.ts";
import { type AnyOptions, parseInput } from "./options.ts";
import { messageOf } from "./permission.ts";
import { Report } from "./reports.ts";
import type { Session } from "./session.ts";
import { describeThrown } from "./thrown.ts";
import { ARRAY, BOOL, DATE, DURATION, FLOAT, INT, OBJECT, STRING } from "./input_types.ts";

const TURN_EVERY_MS = 10;
/** Leaves space for other details: those of a warning may have 16 KiB. */
const WARNING_TRACE_BYTES = 8 * 1024;

/**
 * A running mission: its input and files, its reports, and its stop signal.
 *
 * Getters of the input take dotted paths such as `video.size.0`; they throw `InvalidInputError` if the value is missing
 * and no fallback was given, or if it has another type. Uncaught, that fails the mission with the reason
 * `invalid_input`.
 */
export class MissionContext<Input = JsonValue, Services = undefined> {
  /** The mission id; in an exec the exec's id, and `standalone` in a shell. */
  readonly id: string;
  /** Its lane; `standalone` in a shell. */
  readonly lane: string;
  /** Whether there is no control channel: reports go to stderr, the result to stdout. */
  readonly standalone: boolean;
  /** Number of this run, from 1. Greater than 1 only for a retried mission. */
  readonly attempt: number;
  /** Whether no other run follows this one, however it ends. */
  readonly lastAttempt: boolean;
  /** The raw input; null if the dispatch had none. */
  readonly rawInput: JsonValue;
  /** The input returned by `parse`; without a parser the raw input, with `{}` instead of null. */
  readonly input: Input;
  /** Log lines on stderr. */
  readonly log: Log;
  /** What reporters learn beside an error. */
  readonly report: Report = new Report();
  readonly #session: Session;
  readonly #paths: InputPaths;
  readonly #files: InputFiles;
  #value: number | undefined;
  #turnedMs: number;

  /** @ignore Built by `mission()` and `Mission.start()`. */
  constructor(session: Session, options: AnyOptions<Input>) {
    const { environment, host } = session;
    this.#session = session;
    this.id = environment.mode === "shell" ? "standalone" : environment.id;
    this.lane = environment.mode === "shell" ? "standalone" : environment.lane;
    this.standalone = environment.mode !== "mission";
    const { attempt = 1, attempts = 1 } = environment.mode === "shell" ? {} : environment;
    this.attempt = attempt;
    this.lastAttempt = attempt >= attempts;
    this.rawInput = session.readInput();
    this.input = parseInput(this.rawInput, options);
    this.log = new Log(
      host,
      { missionId: this.id, state: () => session.state, channel: session.channel },
      options.log,
    );
    this.#paths = new InputPaths(this.rawInput ?? {});
    this.#files = new InputFiles(host, environment, this.rawInput);
    this.#turnedMs = session.startedMs;
  }

  /** The value at a path; an existing null is returned. @throws {InvalidInputError} When there is no value. */
  get(path: string): JsonValue;
  /** The value at a path, or the fallback if there is none. */
  get<Fallback>(path: string, fallback: Fallback): JsonValue | Fallback;
  get<Fallback>(path: string, ...fallback: [] | [Fallback]): JsonValue | Fallback {
    if (fallback.length === 0) return this.#paths.need(path);
    const found = this.#paths.find(path);
    return found === undefined ? fallback[0] : found;
  }

  /** Whether a path has a value, including null. */
  has(path: string): boolean {
    return this.#paths.find(path) !== undefined;
  }

  /** A string at a path. */
  string(path: string, fallback?: string): string {
    return this.#paths.read(path, STRING, fallback);
  }

  /** A boolean at a path. */
  bool(path: string, fallback?: boolean): boolean {
    return this.#paths.read(path, BOOL, fallback);
  }

  /** An integer at a path, within the safe range of JavaScript. */
  int(path: string, fallback?: number): number {
    return this.#paths.read(path, INT, fallback);
  }

  /** A number at a path. */
  float(path: string, fallback?: number): number {
    return this.#paths.read(path, FLOAT, fallback);
  }

  /** An array at a path. */
  array(path: string, fallback?: readonly JsonValue[]): readonly JsonValue[] {
    return this.#paths.read(path, ARRAY, fallback);
  }

  /** An object at a path. */
  object(path: string, fallback?: JsonObject): JsonObject {
    return this.#paths.read(path, OBJECT, fallback);
  }

  /** A date at a path, such as `2026-01-31` or `2026-01-31T12:30:00+02:00`; without an offset it is in UTC. */
  date(path: string, fallback?: Date): Date {
    return this.#paths.read(path, DATE, fallback);
  }

  /** A duration at a path, such as `90s` or `1h30m`, in milliseconds; so is the fallback. */
  duration(path: string, fallbackMs?: number): number {
    return this.#paths.read(path, DURATION, fallbackMs);
  }

  /**
   * The input file of a role. In a shell the input contains its path: `--input='{"log": "access.log"}'`.
   *
   * @throws {MissingFileError} When there is none.
   */
  file(role: string): InputFile {
    return this.#files.file(role);
  }

  /** All input files by role; empty in a shell. */
  get files(): ReadonlyMap<string, InputFile> {
    return this.#files.all;
  }

  /**
   * Declares an output file and returns its path. In a shell it is in `out/` of the current folder.
   *
   * @param key Its name: 1 to 64 of letters, digits and `_`, not starting with a digit or `__`.
   */
  output(key: string): string {
    this.#session.outputs.declare(key);
    return this.#session.outputs.path(key);
  }

  /** The path of an output file, which is collected only if it is also declared. */
  outputPath(key: string): string {
    return this.#session.outputs.path(key);
  }

  /** Declares an output file; repeating it has no effect. A success requires it to be a regular file. */
  declareOutput(key: string): void {
    this.#session.outputs.declare(key);
  }

  /**
   * Reports progress. May be called at any rate: at most ten reports a second are sent, and always the last one.
   *
   * @param value From 0 to 1.
   * @param message The current activity. Default: the named state, if there is one.
   * @throws {UsageError} When both are missing, or the value is not a finite number.
   */
  progress(value?: number, message?: string): void {
    if (value === undefined && message === undefined) {
      throw new UsageError("progress() needs a value, a message, or both");
    }
    if (value !== undefined && !Number.isFinite(value)) {
      throw new UsageError(`progress value must be a finite number, not ${kindOf(value)}`);
    }
    this.#value = value ?? this.#value;
    this.#session.channel.progress(value, message ?? this.#session.state);
  }

  /**
   * Sets the named state of the mission. Followers see it, the record keeps it, and it is included in log lines and in
   * the details of a failure. A dugdale without support for states gets it as progress.
   *
   * @throws {UsageError} When the name is empty.
   */
  state(name: string): void {
    const { channel, states } = this.#session;
    const line = { event: "state", name: words(name, "state") } as const;
    states.push(name);
    if (channel.knows("state")) channel.say(line);
    else this.progress(this.#value, name);
  }

  /** What `provide` of the mission has made. Undefined without it. */
  get services(): Services {
    return this.#session.services as Services;
  }

  /** The current named state; undefined before the first. */
  get lastState(): string | undefined {
    return this.#session.state;
  }

  /** All named states so far, in order. */
  get states(): readonly string[] {
    return [...this.#session.states];
  }

  /**
   * Adds a note about this run, for people. It is stored in the mission's record, which keeps 64 notes of 16 KiB, and
   * followers see it. For a dugdale without support for notes it goes to stderr.
   *
   * @throws {UsageError} When the text is empty.
   */
  note(text: string): void {
    this.#session.channel.say({ event: "note", text: words(text, "note") });
  }

  /**
   * Reports a problem that does not end the mission, which may still succeed. The record keeps 64 warnings, and
   * followers see them.
   *
   * @param problem A text, or a caught error, whose class, place and stack are added to the details.
   * @param details Further facts: an object that can be represented in JSON.
   * @throws {UsageError} When the text is empty.
   * @throws {NotJsonError} When the details are not such an object.
   */
  warn(problem: unknown, details?: object): void {
    const text = typeof problem === "string" ? problem : messageOf(problem) || kindOf(problem);
    const facts = {
      ...(typeof problem === "string" ? {} : describeThrown(problem, WARNING_TRACE_BYTES)),
      ...(details && toJson(details, "details")),
    };
    this.#session.channel.say({
      event: "warn",
      message: words(text, "warn"),
      ...(Object.keys(facts).length > 0 && { details: facts }),
    });
    this.#session.onWarning?.(problem);
  }

  /**
   * Sets facts about this run, for programs: the record keeps them as `meta`. A later call replaces the members that it
   * names. A call that would exceed 16 KiB in total is dropped.
   *
   * @throws {NotJsonError} When it is not an object that can be represented in JSON.
   */
  meta(fields: object): void {
    this.#session.channel.say({ event: "meta", fields: toJson(fields, "meta") });
  }

  /** Milliseconds since the start of the mission. */
  get elapsedMs(): number {
    return performance.now() - this.#session.startedMs;
  }

  /**
   * Aborted by SIGTERM or SIGINT; its reason is an `InterruptedError`. Never in a shell, where they end the process.
   */
  get signal(): AbortSignal {
    return this.#session.interrupts.handOut();
  }

  /** Adds a callback for SIGTERM and SIGINT. An exception fails the mission. */
  onInterrupt(callback: InterruptCallback): void {
    this.#session.interrupts.add(callback);
  }

  /**
   * Lets signals and timers run. Await it in loops that compute without waiting for anything, which would otherwise
   * never notice a SIGTERM. It yields only once every 10 ms, so each iteration may call it.
   *
   * @throws {InterruptedError} When the mission was asked to stop.
   */
  async yield(): Promise<void> {
    if (performance.now() - this.#turnedMs >= TURN_EVERY_MS) {
      await this.#session.host.turn();
      this.#turnedMs = performance.now();
    }
    this.signal.throwIfAborted();
  }

  /** The folder of this mission, absolute; in a shell the current folder. */
  get workDir(): string {
    const { environment, host } = this.#session;
    return environment.mode === "shell" ? host.cwd() : environment.workDir;
  }

  /** A folder for temporary files; in a shell `tmp/` in the current folder, created on first use. */
  get tmpDir(): string {
    const { environment, host } = this.#session;
    if (environment.mode !== "shell") return environment.tmpDir;
    const folder = `${host.cwd()}/tmp`;
    host.makeFolder(folder);
    return folder;
  }
}

/** Validates the text of a report. @throws {UsageError} When it is empty. */
function words(text: string, call: string): string {
  if (text === "") throw new UsageError(`${call}() needs a string that is not empty`);
  return clip(text, SAID_LIMITS.textBytes, CUT_MARK);
}
