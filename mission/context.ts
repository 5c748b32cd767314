/** What a mission works with: the `m` of the function style, and the base of the script style. @module */
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
import type { Session } from "./session.ts";
import { describeThrown } from "./thrown.ts";
import { ARRAY, BOOL, DATE, DURATION, FLOAT, INT, OBJECT, STRING } from "./input_types.ts";

const TURN_EVERY_MS = 10;
/** Leaves room for other details: those of a warning may have 16 KiB. */
const WARNING_TRACE_BYTES = 8 * 1024;

/**
 * A running mission: its input and files, its reports, and its signal to stop.
 *
 * Getters of the input take dotted paths such as `video.size.0`; they throw `InvalidInputError` when nothing is there
 * and no fallback was given, or when something of another kind is. Uncaught, that fails the mission with the reason
 * `invalid_input`.
 */
export class MissionContext<Input = JsonValue> {
  /** The mission id; under an exec the exec's id, and `standalone` from a shell. */
  readonly id: string;
  /** The lane that it runs in; `standalone` from a shell. */
  readonly lane: string;
  /** Whether there is no control channel: reports go to stderr, the result to stdout. */
  readonly standalone: boolean;
  /** Which run of the mission this is, from 1. It is more than 1 only for a mission that is retried. */
  readonly attempt: number;
  /** Whether no other run follows this one, however it ends. */
  readonly lastAttempt: boolean;
  /** The input as it came; null when the dispatch had none. */
  readonly rawInput: JsonValue;
  /** The input as `parse` made it; without a parser the raw one, and `{}` in place of null. */
  readonly input: Input;
  /** Log lines on stderr. */
  readonly log: Log;
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
    this.log = new Log(host, { missionId: this.id, state: () => session.state }, options.log);
    this.#paths = new InputPaths(this.rawInput ?? {});
    this.#files = new InputFiles(host, environment, this.rawInput);
    this.#turnedMs = session.startedMs;
  }

  /** The value at a path; a null that is there is returned. @throws {InvalidInputError} When nothing is there. */
  get(path: string): JsonValue;
  /** The value at a path, or the fallback when nothing is there. */
  get<Fallback>(path: string, fallback: Fallback): JsonValue | Fallback;
  get<Fallback>(path: string, ...fallback: [] | [Fallback]): JsonValue | Fallback {
    if (fallback.length === 0) return this.#paths.need(path);
    const found = this.#paths.find(path);
    return found === undefined ? fallback[0] : found;
  }

  /** Whether something, even null, is at a path. */
  has(path: string): boolean {
    return this.#paths.find(path) !== undefined;
  }

  /** A string at a path. */
  string(path: string, fallback?: string): string {
    return this.#paths.read(path, STRING, fallback);
  }

  /** True or false at a path. */
  bool(path: string, fallback?: boolean): boolean {
    return this.#paths.read(path, BOOL, fallback);
  }

  /** A whole number at a path, one that JavaScript holds exactly. */
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
   * The input file of a role. From a shell the input names its path: `--input='{"log": "access.log"}'`.
   *
   * @throws {MissingFileError} When there is none.
   */
  file(role: string): InputFile {
    return this.#files.file(role);
  }

  /** All input files by role; empty from a shell. */
  get files(): ReadonlyMap<string, InputFile> {
    return this.#files.all;
  }

  /**
   * Declares an output file and returns the path to write it to. From a shell that is in `out/` of the current folder.
   *
   * @param key Its name: 1 to 64 of letters, digits and `_`, not starting with a digit or `__`.
   */
  output(key: string): string {
    this.#session.outputs.declare(key);
    return this.#session.outputs.path(key);
  }

  /** The path of an output file, which is collected only if it is declared too. */
  outputPath(key: string): string {
    return this.#session.outputs.path(key);
  }

  /** Declares an output file; declaring it again changes nothing. A success requires it to be a regular file. */
  declareOutput(key: string): void {
    this.#session.outputs.declare(key);
  }

  /**
   * Reports how far the mission is. May be called as often as one likes: at most ten reports a second are sent, and
   * the last one always.
   *
   * @param value Meant as 0 to 1.
   * @param message What is being done. Default: the named state, if there is one.
   * @throws {UsageError} When both are missing, or the value is no finite number.
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
   * Names what the mission does from now on. Followers see it, the record keeps it, log lines carry it, and so do the
   * details of a failure. To a dugdale that does not know states it is progress.
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

  /** The named state that the mission is in; undefined before the first. */
  get lastState(): string | undefined {
    return this.#session.state;
  }

  /** All named states that the mission was in, in their order. */
  get states(): readonly string[] {
    return [...this.#session.states];
  }

  /**
   * Says something worth knowing about this run, for people. It stays with the mission's record, which keeps 64 notes
   * of 16 KiB, and followers see it. A dugdale that does not know notes leaves it to stderr.
   *
   * @throws {UsageError} When the text is empty.
   */
  note(text: string): void {
    this.#session.channel.say({ event: "note", text: words(text, "note") });
  }

  /**
   * Says that something went wrong that the mission can live with: the mission goes on, and may be a success. The record
   * keeps 64 warnings, and followers see them.
   *
   * @param problem A text, or what was caught: then its class, place and stack are among the details.
   * @param details More facts, an object that JSON can hold.
   * @throws {UsageError} When the text is empty.
   * @throws {NotJsonError} When the details are something else.
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
  }

  /**
   * Gives facts about this run, for programs: the record keeps them as `meta`. A later call replaces the members that
   * it names. A call that would bring all of them above 16 KiB is dropped.
   *
   * @throws {NotJsonError} When it is not an object that JSON can hold.
   */
  meta(fields: object): void {
    this.#session.channel.say({ event: "meta", fields: toJson(fields, "meta") });
  }

  /** Milliseconds since the mission started. */
  get elapsedMs(): number {
    return performance.now() - this.#session.startedMs;
  }

  /** Aborted by SIGTERM or SIGINT; its reason is an `InterruptedError`. Never from a shell, where they end the process. */
  get signal(): AbortSignal {
    return this.#session.interrupts.handOut();
  }

  /** Adds a callback for SIGTERM and SIGINT. What it throws fails the mission. */
  onInterrupt(callback: InterruptCallback): void {
    this.#session.interrupts.add(callback);
  }

  /**
   * Lets signals and timers in. To be awaited in loops that compute without waiting for anything: they would never
   * notice a SIGTERM. It gives way only once every 10 ms, so each turn of the loop may call it.
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

  /** The folder of this mission, absolute; from a shell the current folder. */
  get workDir(): string {
    const { environment, host } = this.#session;
    return environment.mode === "shell" ? host.cwd() : environment.workDir;
  }

  /** A folder for temporary files; from a shell `tmp/` in the current folder, made when it is first asked for. */
  get tmpDir(): string {
    const { environment, host } = this.#session;
    if (environment.mode !== "shell") return environment.tmpDir;
    const folder = `${host.cwd()}/tmp`;
    host.makeFolder(folder);
    return folder;
  }
}

/** A text that may be said. @throws {UsageError} When it is empty. */
function words(text: string, call: string): string {
  if (text === "") throw new UsageError(`${call}() needs a string that is not empty`);
  return clip(text, SAID_LIMITS.textBytes, CUT_MARK);
}
