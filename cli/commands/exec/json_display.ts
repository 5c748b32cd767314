/**
 * All commands and their output as one JSON object.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { readText } from "../../../client/http/text.ts";
import { cutAt, cutMark } from "../../../protocol/cut_mark.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import type { DispatchedRef } from "../../../client/types.ts";
import { errorRow } from "../../output/error_row.ts";
import type { Io } from "../../output/io.ts";
import { jsonText } from "../../output/json.ts";
import type { LogStream } from "../run/log_lines.ts";
import { type ExecDisplay, type ExecEnd, writeEnds } from "./displays.ts";
import type { ExecShow } from "./run_exec.ts";

const DEFAULT_BUFFER_BYTES = 65536;
const CUT_MARK = "\n...[truncated, more bytes lost (client-side)]";

/** Options of the display. */
export interface JsonDisplayOptions {
  readonly client: LettsClient;
  readonly io: Io;
  readonly groupId: string;
  /** Bytes kept of each stream of each command. 0 and less mean the default of 64 KiB. */
  readonly bufferBytes: number;
}

/** One line at the end, with a row for each dugdale. */
export class JsonDisplay implements ExecDisplay {
  readonly #options: JsonDisplayOptions;
  readonly #lost = new Set<string>();

  constructor(options: JsonDisplayOptions) {
    this.#options = options;
  }

  host(): ExecShow {
    return { event: async () => {}, logs: undefined };
  }

  async finish(ends: readonly ExecEnd[]): Promise<ReadonlySet<string>> {
    const { io, groupId } = this.#options;
    const results = await Promise.all(ends.map((end) => this.#row(end)));
    const text = jsonText({ group_id: groupId, results }, { indent: 0, plain: true });
    await io.stdout.write(`${text}\n`);
    await writeEnds(io, ends);
    return this.#lost;
  }

  async #row({ host, end, error }: ExecEnd): Promise<unknown> {
    if (end === undefined) return { host, ...errorRow(error, this.#options.client.config) };
    const { ref, done } = end;
    const [stdout, stderr] = await Promise.all([
      this.#captured(ref, "stdout"),
      this.#captured(ref, "stderr"),
    ]);
    return {
      host,
      exec_id: ref.missionId,
      outcome: done.outcome,
      exit_code: done.exit_code,
      signal: done.signal || undefined,
      fail_reason: done.fail_reason || undefined,
      fail_message: done.fail_message || undefined,
      duration_ms: done.duration_ms || undefined,
      stdout: stdout.text,
      stderr: stderr.text,
      stdout_truncated: stdout.truncated || undefined,
      stderr_truncated: stderr.truncated || undefined,
    };
  }

  async #captured(ref: DispatchedRef, stream: LogStream): Promise<{ text: string; truncated: boolean }> {
    const { client, io, bufferBytes } = this.#options;
    try {
      const limitBytes = bufferBytes > 0 ? bufferBytes : DEFAULT_BUFFER_BYTES;
      const { text, truncated } = await readText(await client.logs(ref, stream), limitBytes);
      if (truncated) return { text: text + CUT_MARK, truncated };
      const cut = cutAt(text);
      return cut === undefined
        ? { text, truncated }
        : { text: text.slice(0, -cutMark(cut).length), truncated: true };
    } catch (error) {
      if (!(error instanceof LettsError)) throw error;
      this.#lost.add(ref.host);
      await io.stderr.write(`letts: warning: ${ref.host}: ${stream} cannot be fetched: ${error.message}\n`);
      return { text: "", truncated: true };
    }
  }
}
