/** `letts logs <id>` and its two likes below `ctl`. @module */
import type { MissionKind } from "../../../protocol/mission.ts";
import { type Paint, paintFor } from "../../output/color.ts";
import { logRecordText } from "../../output/log_record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { hostOf } from "../by_id.ts";
import { combinedLog } from "../run/combined_log.ts";
import type { BY_ID_FLAGS, LOGS_FLAGS } from "../shared_flags.ts";

type LogsCall = Call<Values<typeof BY_ID_FLAGS & typeof LOGS_FLAGS>>;

/** Prints what a mission printed. */
export async function logs(call: LogsCall): Promise<void> {
  await printLogs(call, "mission");
}

/** Prints what a command printed. */
export async function execOutput(call: LogsCall): Promise<void> {
  await printLogs(call, "exec");
}

async function printLogs(call: LogsCall, kind: MissionKind): Promise<void> {
  const { flags: { stream, follow, ...search }, args: [missionId = ""], globals, io } = call;
  const client = await call.open();
  const host = await hostOf(client, missionId, search);
  const body = await client.logs({ host, missionId, kind }, stream, { follow });
  if (stream === "combined" && globals.output === "text") {
    const paint = paintFor(io.stdout, io);
    for await (const { bytes, stream } of combinedLog(body)) {
      await io.stdout.write(stream === "stderr" && io.stdout.isTerminal ? forPeople(bytes, paint) : bytes);
    }
  } else {
    for await (const bytes of body) await io.stdout.write(bytes);
  }
}

/** Log records become readable, everything else gets the colour of stderr. A record cut in two stays as it is. */
function forPeople(bytes: Uint8Array<ArrayBuffer>, paint: Paint): string | Uint8Array<ArrayBuffer> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes; // not text
  }
  return text.split("\n").map((line) =>
    logRecordText(line, paint) ?? (line === "" ? "" : paint("yellow", line))
  ).join("\n");
}
