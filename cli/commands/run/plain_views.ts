/**
 * Views for pipes and programs.
 *
 * @module
 */
import type { FollowedLine } from "../../../client/types.ts";
import type { Sink } from "../../output/io.ts";
import { eventText, type LogStream, type RunView, savedText } from "./view.ts";

/** What a {@linkcode LineView} leaves out. */
export interface LineViewOptions {
  readonly events: boolean;
  readonly progress: boolean;
}

/** A line for every event and every line of the logs. */
export class LineView implements RunView {
  readonly #sink: Sink;
  readonly #options: LineViewOptions;

  constructor(sink: Sink, options: LineViewOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  async event({ event }: FollowedLine): Promise<void> {
    if (event === undefined || !this.#options.events) return;
    if (event.event === "progress" && !this.#options.progress) return;
    await this.#sink.write(`${eventText(event)}\n`);
  }

  async log(stream: LogStream, line: string): Promise<void> {
    await this.#sink.write(`[${stream}] ${line}\n`);
  }

  async saved(key: string, path: string, bytes: number): Promise<void> {
    if (this.#options.events) await this.#sink.write(`${savedText(key, path, bytes)}\n`);
  }

  async warning(text: string): Promise<void> {
    await this.#sink.write(`[warning] ${text}\n`);
  }

  async close(): Promise<void> {}
}

/** The events as they came, one JSON object a line. */
export class NdjsonView implements RunView {
  readonly #sink: Sink;
  readonly #host: string | undefined;

  /** @param host Put into every line, when there are several. */
  constructor(sink: Sink, host?: string) {
    this.#sink = sink;
    this.#host = host;
  }

  async event({ line }: FollowedLine): Promise<void> {
    await this.#sink.write(`${this.#host === undefined ? line : withHost(line, this.#host)}\n`);
  }

  async log(): Promise<void> {}
  async saved(): Promise<void> {}
  async warning(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Puts the host first; the rest of the line stays as it was sent. */
function withHost(line: string, host: string): string {
  const rest = line.trimStart().slice(1).trimStart();
  return `{"host":${JSON.stringify(host)}${rest.startsWith("}") ? "" : ","}${rest}`;
}

/** Shows nothing. */
export class SilentView implements RunView {
  async event(): Promise<void> {}
  async log(): Promise<void> {}
  async saved(): Promise<void> {}
  async warning(): Promise<void> {}
  async close(): Promise<void> {}
}
