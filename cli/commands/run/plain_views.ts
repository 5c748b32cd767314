/**
 * Views for pipes and programs.
 *
 * @module
 */
import type { FollowedLine } from "../../../client/types.ts";
import type { Writer } from "../../output/io.ts";
import type { LogStream } from "./log_lines.ts";
import { eventText, type RunView, savedText } from "./view.ts";

/** What a {@linkcode LineView} omits. */
export interface LineViewOptions {
  readonly events: boolean;
  readonly progress: boolean;
}

/** One line for every event and log line. */
export class LineView implements RunView {
  readonly #writer: Writer;
  readonly #options: LineViewOptions;

  constructor(writer: Writer, options: LineViewOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  async event({ event }: FollowedLine): Promise<void> {
    if (event === undefined || !this.#options.events) return;
    if (event.event === "progress" && !this.#options.progress) return;
    await this.#writer.write(`${eventText(event)}\n`);
  }

  async log(stream: LogStream, line: string): Promise<void> {
    await this.#writer.write(`[${stream}] ${line}\n`);
  }

  async saved(key: string, path: string, bytes: number): Promise<void> {
    if (this.#options.events) await this.#writer.write(`${savedText(key, path, bytes)}\n`);
  }

  async warning(text: string): Promise<void> {
    await this.#writer.write(`[warning] ${text}\n`);
  }

  async close(): Promise<void> {}
}

/** The events as they arrived, one JSON object for each line. */
export class NdjsonView implements RunView {
  readonly #writer: Writer;
  readonly #host: string | undefined;

  /** @param host Added to every line if there are several hosts. */
  constructor(writer: Writer, host?: string) {
    this.#writer = writer;
    this.#host = host;
  }

  async event({ line }: FollowedLine): Promise<void> {
    await this.#writer.write(`${this.#host === undefined ? line : withHost(line, this.#host)}\n`);
  }

  async log(): Promise<void> {}
  async saved(): Promise<void> {}
  async warning(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Puts the host first; the rest of the line is unchanged. */
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
