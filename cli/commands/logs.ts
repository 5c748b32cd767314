/** `letts logs <id>` and its two likes below `ctl`. @module */
import type { MissionKind } from "../../protocol/mission.ts";
import { hostOf } from "../by_id.ts";
import type { Call } from "../call.ts";
import type { BY_ID_FLAGS, LOGS_FLAGS } from "../flags/by_id_flags.ts";
import type { Values } from "../grammar.ts";
import { combinedLog } from "../run/combined_log.ts";

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
    for await (const { bytes } of combinedLog(body)) await io.stdout.write(bytes);
  } else {
    for await (const bytes of body) await io.stdout.write(bytes);
  }
}
