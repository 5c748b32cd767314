/** `kill`, `delete` and `restart` of `letts ctl missions` and `letts ctl exec`. @module */
import { LettsError } from "../../../protocol/letts_error.ts";
import type { DispatchedRef } from "../../../client/types.ts";
import { ExecFailedError, SilentExit } from "../../errors.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { findById } from "../by_id.ts";
import { oneDugdale } from "../target.ts";
import type { BY_ID_FLAGS } from "../shared_flags.ts";
import { bulk, type BulkValues, isBulk } from "./bulk.ts";
import type { FORCE_FLAG } from "./flags.ts";

/** Ends a mission. */
export async function killMission(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [id = ""] = call.args;
  const client = await call.open();
  await client.kill(await findById(client, id, call.flags));
}

/** Makes a mission that waits for its time due now. */
export async function runMissionNow(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [id = ""] = call.args;
  const client = await call.open();
  const found = await findById(client, id, call.flags);
  const { missionId } = found;
  const status = await client.runNow(found);
  await writeResult(
    call.io.stdout,
    call.globals.output,
    { mission_id: missionId, status },
    () => `${missionId}\t${status}\n`,
  );
}

/** Ends a command. */
export async function killExec(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [id = ""] = call.args;
  const client = await call.open();
  await client.kill({ ...await findById(client, id, call.flags), kind: "exec" });
}

/** Removes a mission with its files, or all that a selector matches. */
export async function deleteMission(
  call: Call<BulkValues & Values<typeof BY_ID_FLAGS & typeof FORCE_FLAG>>,
): Promise<void> {
  const { force } = call.flags;
  if (isBulk(call)) return await bulk(call, "delete", { force });
  const [id = ""] = call.args;
  const client = await call.open();
  await client.delete(await findById(client, id, call.flags), { force });
}

/** Removes a command with its files. */
export async function deleteExec(call: Call<Values<typeof BY_ID_FLAGS>>): Promise<void> {
  const [id = ""] = call.args;
  const client = await call.open();
  await client.delete({ ...await findById(client, id, call.flags), kind: "exec" });
}

/** Queues an ended mission again, or all that a selector matches. */
export async function restartMission(call: Call<BulkValues & Values<typeof BY_ID_FLAGS>>): Promise<void> {
  if (isBulk(call)) return await bulk(call, "restart");
  const [id = ""] = call.args;
  const client = await call.open();
  const found = await findById(client, id, call.flags);
  const restarted = await client.restart(found);
  await print(call, found.missionId, restarted, `${restarted.missionId}\n`);
}

/** Queues an ended command again. */
export async function restartExec(call: Call<{ readonly host: string | undefined }>): Promise<void> {
  const [id = ""] = call.args;
  const client = await call.open();
  const { host, missionId } = await findById(client, id, {
    host: oneDugdale(client.config, call.flags.host).id,
    match: [],
  });
  let restarted: DispatchedRef;
  try {
    restarted = await client.restart({ host, missionId, kind: "exec" });
  } catch (error) {
    if (!(error instanceof LettsError)) throw error;
    if (error.code !== "input_artifacts_expired") throw new ExecFailedError("", { cause: error });
    await call.io.stdout.write(expiredText(missionId, error));
    throw new SilentExit(1);
  }
  const { missionId: newId, status } = restarted;
  await print(call, missionId, restarted, `${newId}\t${status}\trestarted_from=${missionId}\n`);
}

async function print(
  { io, globals }: Call<unknown>,
  from: string,
  { missionId, status }: DispatchedRef,
  text: string,
): Promise<void> {
  const record = { mission_id: missionId, restarted_from: from, status };
  await writeResult(io.stdout, globals.output, record, () => text);
}

function expiredText(missionId: string, { details }: LettsError): string {
  const role = typeof details?.role === "string" ? details.role : "?";
  const stagingId = typeof details?.staging_id === "string" ? details.staging_id : "?";
  return `${missionId} cannot be restarted: a file that it was given is no longer kept\n  - ${role}: ${stagingId}\n`;
}
