/** `letts ctl missions delete` and `letts ctl exec delete`. @module */
import { bulk, type BulkValues, isBulk } from "./bulk.ts";
import { hostOf } from "../by_id.ts";
import type { Call } from "../../call.ts";
import type { BY_ID_FLAGS } from "../by_id_flags.ts";
import type { FORCE_FLAG } from "./flags.ts";
import type { Values } from "../../parse/grammar.ts";

/** Removes a mission with its files, or all that a selector finds. */
export async function deleteMission(
  call: Call<BulkValues & Values<typeof BY_ID_FLAGS & typeof FORCE_FLAG>>,
): Promise<void> {
  const { force } = call.flags;
  if (isBulk(call)) return await bulk(call, "delete", { force });
  const [missionId = ""] = call.args;
  const client = await call.open();
  await client.delete({ host: await hostOf(client, missionId, call.flags), missionId }, { force });
}

/** Removes a command with its files. */
export async function deleteExec(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [missionId = ""] = call.args;
  const client = await call.open();
  await client.delete({ host: await hostOf(client, missionId, call.flags), missionId, kind: "exec" });
}
