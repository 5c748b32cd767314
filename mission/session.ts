/** The mission of a process: its environment, its channel, and its end. @module */
import type { RuntimeFailReason } from "../protocol/fd3.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { Channel } from "./channel.ts";
import { openFd3 } from "./fd3.ts";
import { type Ending, type Failure, type Success, toFailure, toSuccess } from "./ending.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { AlreadyStartedError, InvalidInputError, MisconfiguredError } from "./errors.ts";
import { MissionFailure } from "./failure.ts";
import type { Host } from "./host.ts";
import { openHost } from "./open_host.ts";
import { isObject } from "./input.ts";
import { Interrupts } from "./interrupt.ts";
import { kindOf } from "./json.ts";
import { Outputs } from "./outputs.ts";
import { messageOf } from "./permission.ts";
import { readArguments, Terminal } from "./standalone.ts";
import { printLine } from "./stderr.ts";
import { traceOf } from "./thrown.ts";

/** Common part of both styles of missions. */
export class Session {
  readonly host: Host;
  readonly environment: Environment;
  readonly channel: Channel;
  readonly outputs: Outputs;
  readonly interrupts: Interrupts = new Interrupts();
  /** Start of the mission, by `performance.now()`. */
  readonly startedMs: number = performance.now();
  /** What `provide` of the mission has made. */
  services: unknown;
  /** Told of each warning, beside the channel. */
  onWarning: ((problem: unknown) => void) | undefined;
  /** The named states reported by the mission, in order. */
  readonly states: string[] = [];
  /**
   * Handles errors that the mission cannot catch: in timers, unhandled promises and interrupt callbacks. Without a
   * handler the ending is already decided, and such an error is only printed.
   */
  onStray: ((error: unknown) => void) | undefined;

  /** Whether the process may end with exit code 0 without a report. */
  mayEndSilently = false;

  constructor(host: Host, environment: Environment, channel: Channel) {
    this.host = host;
    this.environment = environment;
    this.channel = channel;
    this.outputs = new Outputs(host, environment, channel);
    host.onUncaught((error) => this.#stray(error));
    host.onExit((code) => this.#onExit(code));
    // In a manual run signals keep their default effect.
    if (environment.mode === "mission") this.interrupts.listen(host, (error) => this.#stray(error));
  }

  /** The named state reported by the mission. */
  get state(): string | undefined {
    return this.states.at(-1);
  }

  /**
   * The raw input.
   *
   * @throws {InvalidInputError} When it is not JSON or, from the arguments, neither an object nor an array.
   */
  readInput(): JsonValue {
    const delivered = this.environment.mode === "mission";
    const value = parseJson((delivered ? this.host.readStdin() : readArguments(this.host)) || "{}");
    if (delivered || isObject(value) || Array.isArray(value)) return value;
    throw new InvalidInputError(`input must be a JSON object or array, not ${kindOf(value)}`, {
      found: value,
    });
  }

  /**
   * The success with a value as the result, once the value and the declared output files have been checked.
   *
   * @throws {NotJsonError} When the value is neither undefined nor an object that can be represented in JSON.
   * @throws {InvalidOutputError} When a declared output file is missing or not a regular file.
   */
  toSuccess(value: unknown): Success {
    const ending = toSuccess(value);
    this.outputs.verify();
    return ending;
  }

  /** The failure for a thrown value. */
  toFailure(error: unknown): Failure {
    return toFailure(error, { interrupted: this.interrupts.signal.aborted, state: this.state });
  }

  /**
   * Reports the ending and exits immediately: open handles and pending promises do not keep the process alive.
   *
   * @throws {AlreadyEndedError} When an ending was already reported.
   */
  end(ending: Ending): never {
    this.onStray = undefined;
    this.channel.end(ending);
    return this.host.exit(ending.ok ? 0 : ending.exitCode);
  }

  /** An exit during the work, even by a library, must not look like a success. */
  #onExit(code: number): void {
    this.channel.flush();
    if (code !== 0 || this.channel.ended || this.mayEndSilently) return;
    const message = "the process ended with exit code 0 before the mission had reported its end";
    this.end(
      this.toFailure(new MissionFailure(message, { reason: "no_result" satisfies RuntimeFailReason })),
    );
  }

  #stray(error: unknown): void {
    if (this.onStray !== undefined) return this.onStray(error);
    printLine(this.host, `letts mission: thrown after the mission had ended: ${traceOf(error)}`);
  }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new InvalidInputError(`input is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

// A process has one stdin, one control channel and one ending, so this is the only module-level state.
let started = false;

/**
 * Opens the session of this process. A process that cannot be a mission reports that on stderr and exits with 1: there
 * is no other channel.
 *
 * @throws {AlreadyStartedError} The second time.
 */
export function openSession(): Session {
  if (started) throw new AlreadyStartedError();
  started = true;
  const host = openHost();
  try {
    const environment = readEnvironment(host);
    return new Session(
      host,
      environment,
      environment.mode === "mission" ? openFd3(host) : new Terminal(host),
    );
  } catch (error) {
    const why = error instanceof MisconfiguredError ? error.message : messageOf(error);
    printLine(host, `letts mission misconfigured: ${why}`);
    return host.exit(1);
  }
}
