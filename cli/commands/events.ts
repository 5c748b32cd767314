/** `letts events <id>`. @module */
import type { Call } from "../call.ts";
import type { EVENTS_FLAGS, REQUIRED_HOST_FLAG } from "./by_id_flags.ts";
import type { Values } from "../parse/grammar.ts";
import { required } from "../parse/required.ts";
import { findDugdale } from "./target.ts";

/** Prints the events of a mission as they were sent. */
export async function events(
  call: Call<Values<typeof REQUIRED_HOST_FLAG & typeof EVENTS_FLAGS>>,
): Promise<void> {
  const { flags, args: [missionId = ""], io } = call;
  const client = await call.open();
  const { id } = findDugdale(client.config, required(flags.host, "host"));
  const { follow, from } = flags;
  for await (const { line } of client.followLines({ host: id, missionId }, { follow, from })) {
    await io.stdout.write(`${line}\n`);
  }
}
