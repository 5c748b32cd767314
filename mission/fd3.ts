/** The channel of a mission under a dugdale: lines on descriptor 3. @module */
import type { ControlLine, ProgressLine, SaidLine } from "../protocol/fd3.ts";
import { type Channel, saidText } from "./channel.ts";
import { clip, CUT_MARK } from "../protocol/clip.ts";
import { type Ending, toFailLine } from "./ending.ts";
import { AlreadyEndedError, MisconfiguredError } from "./errors.ts";
import { type Host, writeAll, type Writer } from "./host.ts";
import { messageOf } from "./permission.ts";
import { PROGRESS_EVERY_MS, Throttle } from "./throttle.ts";
import { printLine } from "./stderr.ts";

const MESSAGE_BYTES = 16 * 1024;
const encoder = new TextEncoder();

/**
 * Opens descriptor 3 for writing.
 *
 * @throws {MisconfiguredError} When the process has none, or may not write to it.
 */
export function openFd3(host: Host): Fd3 {
  try {
    return new Fd3(host, host.openAppend("/dev/fd/3"));
  } catch (error) {
    throw new MisconfiguredError(`fd 3, the control channel, cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Writes the control channel; see {@linkcode ControlLine}. */
class Fd3 implements Channel {
  readonly #host: Host;
  readonly #writer: Writer;
  readonly #progress: Throttle<ProgressLine>;
  /** Features of the dugdale beyond the first version of the channel. */
  readonly #features: ReadonlySet<string>;
  #ended = false;

  constructor(host: Host, writer: Writer) {
    this.#host = host;
    this.#writer = writer;
    this.#features = new Set(host.env("LETTS_FEATURES")?.split(","));
    this.#progress = new Throttle(host, PROGRESS_EVERY_MS, (line) => this.#write(JSON.stringify(line)));
  }

  get ended(): boolean {
    return this.#ended;
  }

  progress(value: number | undefined, message: string | undefined): void {
    this.#assertNotEnded();
    this.#progress.offer({
      event: "progress",
      ...(value !== undefined && { value }),
      ...(message !== undefined && { message: clip(message, MESSAGE_BYTES, CUT_MARK) }),
    });
  }

  knows(event: SaidLine["event"]): boolean {
    return this.#features.has(event);
  }

  /** A line unknown to the dugdale would be a violation; it goes to stderr instead. */
  say(line: SaidLine): void {
    this.#assertNotEnded();
    if (!this.knows(line.event)) return printLine(this.#host, saidText(line));
    // Many log lines must not send as many reports of progress.
    if (line.event !== "log") this.#progress.flush();
    this.#write(JSON.stringify(line));
  }

  outputFile(key: string): void {
    this.#assertNotEnded();
    this.#write(JSON.stringify({ event: "output_file", key } satisfies ControlLine));
  }

  end(ending: Ending): void {
    this.#assertNotEnded();
    this.#progress.flush();
    this.#ended = true;
    if (ending.ok) {
      const result = ending.returnJson;
      this.#write(result === undefined ? `{"event":"success"}` : `{"event":"success","return":${result}}`);
    } else {
      if (ending.trace !== undefined) printLine(this.#host, ending.trace);
      this.#write(JSON.stringify(toFailLine(ending, this.#host.env("LETTS_ATTEMPTS") !== undefined)));
    }
    this.#writer.close();
  }

  flush(): void {
    if (!this.#ended) this.#progress.flush();
  }

  #assertNotEnded(): void {
    if (this.#ended) throw new AlreadyEndedError();
  }

  /** A mission that cannot report must not look as if it had nothing to report, so a failed write ends it. */
  #write(line: string): void {
    try {
      writeAll(this.#writer, encoder.encode(`${line}\n`));
    } catch (error) {
      this.#ended = true;
      printLine(this.#host, `letts mission: cannot write to fd 3, the control channel: ${messageOf(error)}`);
      this.#host.exit(1);
    }
  }
}
