/**
 * How the commands of several dugdales are displayed.
 *
 * @module
 */
import type { FollowedLine } from "../../../client/types.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { errorRow } from "../../output/error_row.ts";
import { shortText } from "../../output/error_text.ts";
import type { Io, Writer } from "../../output/io.ts";
import { jsonText } from "../../output/json.ts";
import { logLines, type LogStream } from "../run/log_lines.ts";
import type { LogBody, LogShow } from "../run/log_tails.ts";
import type { MissionEnd } from "../run/mission_end.ts";
import { endText } from "./exec_status.ts";
import type { ExecShow } from "./run_exec.ts";

/** The result of the command on one dugdale. */
export interface ExecEnd {
  /** Id of the dugdale. */
  readonly host: string;
  /** Absent if the end is unknown; then there is an error. */
  readonly end: MissionEnd | undefined;
  readonly error: unknown;
}

/** Displays running commands and their results. */
export interface ExecDisplay {
  /** The view for the command of one dugdale. */
  host(id: string): ExecShow;
  /**
   * Called when all have ended, in the order of the dugdales. Returns the dugdales whose output could not be fetched.
   */
  finish(ends: readonly ExecEnd[]): Promise<ReadonlySet<string>>;
}

/** The output of one command, unchanged. */
export function rawShow(io: Io): ExecShow {
  const sinks: Readonly<Record<LogStream, Writer>> = { stdout: io.stdout, stderr: io.stderr };
  return {
    event: async () => {},
    logs: {
      async show(stream: LogStream, body: LogBody) {
        for await (const bytes of body) await sinks[stream].write(bytes);
      },
      warn: (text) => io.stderr.write(`letts: warning: ${text}\n`),
    },
  };
}

/** Explains results that exit codes do not fully describe. */
export async function writeEnds(io: Io, ends: readonly ExecEnd[]): Promise<void> {
  for (const { host, end } of ends) {
    const text = end && endText(end);
    if (text !== undefined) await io.stderr.write(`letts: ${host}: ${text}\n`);
  }
}

/** Lines prefixed with the name of their dugdale. */
export class PrefixDisplay implements ExecDisplay {
  readonly #io: Io;
  readonly #config: LettsConfig;

  constructor(io: Io, config: LettsConfig) {
    this.#io = io;
    this.#config = config;
  }

  host(id: string): ExecShow {
    const { stdout, stderr } = this.#io;
    const logs: LogShow = {
      async show(stream, body) {
        for await (const line of logLines(body)) {
          if (stream === "stdout") await stdout.write(`[${id}] ${line}\n`);
          else await stderr.write(`[${id}][stderr] ${line}\n`);
        }
      },
      warn: (text) => stderr.write(`[${id}][warning] ${text}\n`),
    };
    return { event: async () => {}, logs };
  }

  async finish(ends: readonly ExecEnd[]): Promise<ReadonlySet<string>> {
    for (const { host, end, error } of ends) {
      const text = end === undefined ? shortText(error, this.#config) : endText(end);
      if (text !== undefined) await this.#io.stderr.write(`[${host}][FAIL] ${text}\n`);
    }
    return new Set();
  }
}

/** One JSON object for each line and event. */
export class NdjsonDisplay implements ExecDisplay {
  readonly #io: Io;
  readonly #config: LettsConfig;

  constructor(io: Io, config: LettsConfig) {
    this.#io = io;
    this.#config = config;
  }

  host(id: string): ExecShow {
    const logs: LogShow = {
      show: async (stream, body) => {
        for await (const line of logLines(body)) await this.#write({ host: id, stream, line });
      },
      warn: (text) => this.#io.stderr.write(`letts: warning: ${id}: ${text}\n`),
    };
    return { event: (line) => this.#event(id, line), logs };
  }

  async finish(ends: readonly ExecEnd[]): Promise<ReadonlySet<string>> {
    for (const { host, end, error } of ends) {
      if (end === undefined) await this.#write({ host, event: "error", ...errorRow(error, this.#config) });
    }
    await writeEnds(this.#io, ends);
    return new Set();
  }

  async #event(host: string, { event }: FollowedLine): Promise<void> {
    if (event === undefined) return;
    const ended = event.event === "done"
      ? {
        outcome: event.outcome,
        exit_code: event.exit_code,
        signal: event.signal,
        fail_reason: event.fail_reason,
        fail_message: event.fail_message,
      }
      : {};
    await this.#write({ host, event: event.event, seq: event.seq, ...ended });
  }

  async #write(value: unknown): Promise<void> {
    await this.#io.stdout.write(`${jsonText(value, { indent: 0, plain: true })}\n`);
  }
}
