/** `letts ctl missions kill` and `letts ctl exec kill`. @module */
import { hostOf } from "../by_id.ts";
import type { Call } from "../../call.ts";
import type { BY_ID_FLAGS } from "../by_id_flags.ts";
import type { Values } from "../../parse/grammar.ts";

/** Ends a mission. */
export async function killMission(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [missionId = ""] = call.args;
  const client = await call.open();
  await client.kill({ host: await hostOf(client, missionId, call.flags), missionId });
}

/** Ends a command. */
export async function killExec(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [missionId = ""] = call.args;
  const client = await call.open();
  await client.kill({ host: await hostOf(client, missionId, call.flags), missionId, kind: "exec" });
}
