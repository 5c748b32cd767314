/** `letts events <id>`. @module */
import { required, type Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { REQUIRED_HOST_FLAG } from "../shared_flags.ts";
import { findDugdale } from "../target.ts";
import type { EVENTS_FLAGS } from "./command.ts";

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
