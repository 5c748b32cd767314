/**
 * Captured output of a mission, up to a limit.
 *
 * @module
 */
import { cutAt } from "../../protocol/cut_mark.ts";
import type { Scope } from "../../protocol/routes.ts";
import type { Connection } from "../http/connection.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import { readText } from "../http/text.ts";
import type { Logs } from "../types.ts";

/** Maximum number of bytes of each stream kept in memory. */
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Fetches stdout, then stderr. A stream that cannot be fetched is empty and marked as truncated, and the error tells
 * why.
 */
export async function fetchLogs(
  connection: Connection,
  missionId: string,
  scopes: readonly Scope[],
  signal: AbortSignal | undefined,
): Promise<Logs> {
  let error: LettsError | undefined;
  const fetchOne = async (stream: "stdout" | "stderr") => {
    try {
      const call = { path: { id: missionId }, query: { stream }, scopes, missionId, signal };
      const { body } = await connection.open("output", call);
      const { text, truncated } = await readText(body, LOG_LIMIT_BYTES);
      return { text, truncated: truncated || cutAt(text) !== undefined };
    } catch (caught) {
      if (signal?.aborted || !(caught instanceof LettsError)) throw caught;
      error ??= caught;
      return { text: "", truncated: true };
    }
  };
  const stdout = await fetchOne("stdout");
  const stderr = await fetchOne("stderr");
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    stdoutTruncated: stdout.truncated,
    stderrTruncated: stderr.truncated,
    error,
  };
}
