/** `letts logs <id>` and its two likes below `ctl`. @module */
import type { MissionKind } from "../../protocol/mission.ts";
import { hostOf } from "../by_id.ts";
import type { Call } from "../call.ts";
import type { BY_ID_FLAGS, LOGS_FLAGS } from "../flags/by_id_flags.ts";
import type { Values } from "../grammar.ts";
import { paintFor } from "../print/color.ts";
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
    const paint = paintFor(io.stdout, io);
    const [on = "", off = ""] = paint("yellow", "\n").split("\n");
    for await (const { bytes, stream } of combinedLog(body)) {
      // One write, so that nothing comes between the colour and its end.
      await io.stdout.write(stream === "stderr" && on !== "" ? around(on, bytes, off) : bytes);
    }
  } else {
    for await (const bytes of body) await io.stdout.write(bytes);
  }
}

function around(before: string, bytes: Uint8Array, after: string): Uint8Array {
  const encoder = new TextEncoder();
  const [start, end] = [encoder.encode(before), encoder.encode(after)];
  const whole = new Uint8Array(start.length + bytes.length + end.length);
  whole.set(start);
  whole.set(bytes, start.length);
  whole.set(end, start.length + bytes.length);
  return whole;
}
