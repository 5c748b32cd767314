/** The same script in a shell: input from the arguments, readable reports. @module */
import type { SaidLine } from "../protocol/fd3.ts";
import { type Channel, saidText } from "./channel.ts";
import type { Ending } from "./ending.ts";
import { AlreadyEndedError, InvalidInputError } from "./errors.ts";
import { type Host, writeAll } from "./host.ts";
import { messageOf } from "./permission.ts";
import { printLine } from "./stderr.ts";
import { PROGRESS_EVERY_MS, Throttle } from "./throttle.ts";

/**
 * The input as text: from the first argument that is `--input=<json>`, `--input-file=<path>`, or either with `-` for
 * stdin. Other arguments are left to the mission. Default, also for an empty string: `{}`.
 *
 * @throws {InvalidInputError} When the file cannot be read.
 */
export function readArguments(host: Host): string {
  for (const argument of host.args) {
    if (argument.startsWith("--input=")) return textOf(host, argument.slice("--input=".length)) || "{}";
    if (argument.startsWith("--input-file=")) {
      return readFile(host, argument.slice("--input-file=".length)) || "{}";
    }
  }
  return "{}";
}

function textOf(host: Host, text: string): string {
  return text === "-" ? host.readStdin() : text;
}

function readFile(host: Host, path: string): string {
  if (path === "-") return host.readStdin();
  try {
    return host.readText(path);
  } catch (error) {
    throw new InvalidInputError(`input file ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Progress and failures on stderr, the result on stdout. */
export class Terminal implements Channel {
  readonly #host: Host;
  readonly #progress: Throttle<string>;
  #ended = false;

  constructor(host: Host) {
    this.#host = host;
    this.#progress = new Throttle(host, PROGRESS_EVERY_MS, (line) => printLine(host, line));
  }

  get ended(): boolean {
    return this.#ended;
  }

  progress(value: number | undefined, message: string | undefined): void {
    this.#assertNotEnded();
    this.#progress.offer(
      value === undefined ? `[progress] ${message}` : `[progress] ${value.toFixed(2)} ${message ?? ""}`,
    );
  }

  /** Log lines are on stderr already. */
  knows(event: SaidLine["event"]): boolean {
    return event !== "log";
  }

  say(line: SaidLine): void {
    this.#print(saidText(line));
  }

  outputFile(key: string): void {
    this.#print(`[output-file] key=${key}`);
  }

  end(ending: Ending): void {
    this.flush();
    if (!ending.ok) {
      this.#print(ending.trace ?? ending.message);
    } else {
      this.#assertNotEnded();
      const result: unknown = JSON.parse(ending.returnJson ?? "{}");
      writeAll(this.#host.stdout, new TextEncoder().encode(`${JSON.stringify(result, null, 4)}\n`));
    }
    this.#ended = true;
  }

  flush(): void {
    if (!this.#ended) this.#progress.flush();
  }

  #assertNotEnded(): void {
    if (this.#ended) throw new AlreadyEndedError();
  }

  /** Pending progress is written before the line. */
  #print(line: string): void {
    this.#assertNotEnded();
    this.flush();
    printLine(this.#host, line);
  }
}
