/**
 * The result of a run on stdout.
 *
 * @module
 */
import type { Writer } from "../../output/io.ts";
import { jsonText } from "../../output/json.ts";
import { type Format, writeJson } from "../../output/record.ts";
import type { RunEnd } from "./run_mission.ts";

/** Writes the result of one mission on one dugdale. */
export async function writeRunResult(writer: Writer, format: Format, end: RunEnd): Promise<void> {
  if (format === "ndjson") return; // the events contain the result
  if (format === "json") return await writeJson(writer, runRecord(end), { sorted: true });
  if (end.returned !== undefined) await writer.write(`${jsonText(end.returned, { sorted: true })}\n`);
}

function runRecord({ ref, done, returned, logs }: RunEnd): unknown {
  return {
    mission_id: ref.missionId,
    host: ref.host,
    outcome: done.outcome,
    return: returned ?? null,
    exit_code: done.exit_code,
    signal: done.signal ?? "",
    fail_reason: done.fail_reason ?? "",
    fail_message: done.fail_message ?? "",
    duration_ms: done.duration_ms ?? 0,
    logs: {
      stderr: logs?.stderr ?? "",
      stderr_truncated: logs?.stderrTruncated ?? false,
      stdout: logs?.stdout ?? "",
      stdout_truncated: logs?.stdoutTruncated ?? false,
    },
  };
}
