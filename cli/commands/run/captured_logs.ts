/**
 * What a mission printed, whole, for results.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import { readText } from "../../../client/http/text.ts";
import type { DispatchedRef } from "../../../client/types.ts";

/** The most of a stream that goes into a result. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** The mark of a dugdale at the end of a stream that it cut off. */
const CUT = /\n\[--- truncated, exceeded \d+ bytes ---\]\n$/;

/** The `logs` of a result. */
export interface CapturedLogs {
  readonly stderr: string;
  readonly stderr_truncated: boolean;
  readonly stdout: string;
  readonly stdout_truncated: boolean;
}

/** Logs of which nothing was asked for. */
export const NO_LOGS: CapturedLogs = {
  stderr: "",
  stderr_truncated: false,
  stdout: "",
  stdout_truncated: false,
};

/** Fetches both streams of a mission that is done. A stream that cannot be fetched counts as cut off. */
export async function capturedLogs(
  client: LettsClient,
  ref: DispatchedRef,
  signal: AbortSignal,
): Promise<CapturedLogs> {
  const [stdout, stderr] = await Promise.all(
    (["stdout", "stderr"] as const).map(async (stream) => {
      try {
        const { text, truncated } = await readText(await client.logs(ref, stream, { signal }), LIMIT_BYTES);
        return { text, truncated: truncated || CUT.test(text) };
      } catch (error) {
        if (signal.aborted || !(error instanceof LettsError)) throw error;
        return { text: "", truncated: true };
      }
    }),
  );
  return {
    stderr: stderr?.text ?? "",
    stderr_truncated: stderr?.truncated ?? false,
    stdout: stdout?.text ?? "",
    stdout_truncated: stdout?.truncated ?? false,
  };
}
