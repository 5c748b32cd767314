/** `letts ctl missions show` and `letts ctl exec show`. @module */
import type { MissionKind } from "../../../protocol/mission.ts";
import { UsageError } from "../../errors.ts";
import { parseJson } from "../../output/json.ts";
import { orderedRecord, recordText } from "../../output/mission_record.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { findById } from "../by_id.ts";
import type { BY_ID_FLAGS } from "../shared_flags.ts";

type ShowCall = Call<Values<typeof BY_ID_FLAGS>>;

/** Prints the record of a mission. */
export async function showMission(call: ShowCall): Promise<void> {
  await show(call, "mission");
}

/** Prints the record of a command. */
export async function showExec(call: ShowCall): Promise<void> {
  await show(call, "exec");
}

async function show(call: ShowCall, kind: MissionKind): Promise<void> {
  const { flags, args: [id = ""], globals, io } = call;
  const client = await call.open();
  const { host, missionId } = await findById(client, id, flags);
  // As text, because its numbers may have more digits than a double.
  const record = parseJson(await client.missionText({ host, missionId, kind }));
  if (typeof record !== "object" || record === null) throw new TypeError("a record is an object");
  if (kind === "exec" && !("kind" in record && record.kind === "exec")) {
    throw new UsageError(`${missionId} is a mission, not a command; use letts ctl missions show`);
  }
  const ordered = orderedRecord(record);
  // Programs have always read JSON here.
  if (globals.output === "text" && io.stdout.isTerminal) {
    return await io.stdout.write(recordText(host, ordered, io));
  }
  const format = globals.output === "yaml" ? "yaml" : "json";
  await writeResult(io.stdout, format, ordered, () => "");
}
