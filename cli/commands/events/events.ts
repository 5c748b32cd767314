/** `letts events <id>`. @module */
import type { MissionEvent } from "../../../protocol/event.ts";
import { oneLine } from "../../output/columns.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { findById } from "../by_id.ts";
import { eventText } from "../run/view.ts";
import type { BY_ID_FLAGS } from "../shared_flags.ts";
import type { EVENTS_FLAGS } from "./command.ts";

/** Prints the events of a mission: readable on a terminal, elsewhere as they were sent. */
export async function events(
  call: Call<Values<typeof BY_ID_FLAGS & typeof EVENTS_FLAGS>>,
): Promise<void> {
  const { flags, args: [text = ""], globals, io } = call;
  const client = await call.open();
  const found = await findById(client, text, flags);
  const forPeople = globals.output === "text" && io.stdout.isTerminal;
  const { follow, from } = flags;
  for await (const { line, event } of client.followLines(found, { follow, from })) {
    const words = forPeople && event !== undefined ? lineForPeople(event) : undefined;
    await io.stdout.write(`${words ?? line}\n`);
  }
}

/** The text of an event with its local time; undefined for events without text. */
function lineForPeople(event: MissionEvent): string | undefined {
  const text = eventText(event);
  if (text === undefined) return undefined;
  const timeMs = event.event === "queued"
    ? event.time_created
    : event.event === "done"
    ? event.time_finished
    : event.time;
  return `${new Date(timeMs).toTimeString().slice(0, 8)}  ${oneLine(text)}`;
}
