/** `letts events <id>`. @module */
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { EVENTS_FLAGS } from "./command.ts";

/** Prints the events of a mission as they were sent. */
export async function events(
  call: Call<Values<typeof HOST_FLAG & typeof EVENTS_FLAGS>>,
): Promise<void> {
  const { flags, args: [missionId = ""], io } = call;
  const client = await call.open();
  const { id } = oneDugdale(client.config, flags.host);
  const { follow, from } = flags;
  for await (const { line } of client.followLines({ host: id, missionId }, { follow, from })) {
    await io.stdout.write(`${line}\n`);
  }
}
