/** `letts ctl hooks list`, `dead`, `redrive` and `test`, and `letts ctl watch`. @module */
import type { LettsClient } from "../../../client/client.ts";
import type { WatchedEvent } from "../../../client/types.ts";
import type { DeadEvent, HookRecord } from "../../../protocol/hooks.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { oneLine } from "../../output/columns.ts";
import { writeResult } from "../../output/record.ts";
import { cursorText, tableText } from "../../output/table.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { PAGE_FLAGS, REDRIVE_FLAGS, WATCH_FLAGS } from "./flags.ts";

type HostValues = Values<typeof HOST_FLAG>;

const COLUMNS = [
  { title: "HOOK", width: 16 },
  { title: "TYPE", width: 8 },
  { title: "TO", width: 32 },
  { title: "STATE", width: 8 },
  { title: "PENDING", width: 8 },
  { title: "DEAD", width: 6 },
  { title: "DELIVERED", width: 20 },
  { title: "LAST_ERROR", width: 24 },
];
const DEAD_COLUMNS = [
  { title: "ID", width: 8 },
  { title: "TYPE", width: 18 },
  { title: "MISSION", width: 36 },
  { title: "TIME", width: 20 },
  { title: "TRIES", width: 5 },
  { title: "ERROR", width: 32 },
];

/** Prints the hooks of a dugdale. */
export async function listHooks(call: Call<HostValues>): Promise<void> {
  const { client, host } = await open(call);
  const hooks = await client.listHooks(host);
  await writeResult(call.io.stdout, call.globals.output, hooks, () => tableText(COLUMNS, hooks.map(hookRow)));
}

/** Prints one page of the events of a hook that were given up. */
export async function deadEvents(call: Call<HostValues & Values<typeof PAGE_FLAGS>>): Promise<void> {
  const { client, host, name } = await open(call);
  const { limit, cursor } = call.flags;
  const page = await client.deadEvents(host, name, { limit: limit > 0 ? limit : undefined }).page(cursor);
  const record = { events: page.items, next_cursor: page.nextCursor || undefined };
  const table = () => tableText(DEAD_COLUMNS, page.items.map(deadRow)) + cursorText(page.nextCursor);
  await writeResult(call.io.stdout, call.globals.output, record, table);
}

/** Delivers dead events once more. */
export async function redriveHook(call: Call<HostValues & Values<typeof REDRIVE_FLAGS>>): Promise<void> {
  const ids = call.flags.id.map((text) => {
    if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--id ${JSON.stringify(text)} must be a number`);
    return Number(text);
  });
  const { client, host, name } = await open(call);
  const redriven = await client.redriveHook(host, name, ids.length === 0 ? {} : { ids });
  await writeResult(call.io.stdout, call.globals.output, { redriven }, () => `${redriven} redriven\n`);
}

/** Delivers a test event. */
export async function testHook(call: Call<HostValues>): Promise<void> {
  const { client, host, name } = await open(call);
  const reply = await client.testHook(host, name);
  const text = () => reply.ok ? `delivered in ${reply.duration_ms} ms\n` : "";
  await writeResult(call.io.stdout, call.globals.output, reply, text);
  if (!reply.ok) throw new CommandError(`hook ${name}: ${reply.error}`);
}

/** Prints events as they happen, until it is interrupted. */
export async function watch(call: Call<HostValues & Values<typeof WATCH_FLAGS>>): Promise<void> {
  const { client, host } = await open(call);
  const { flags: { on, from, count }, io, globals } = call;
  if (count < 0) throw new UsageError(`--count ${count} must not be negative`);
  const types = on.flatMap((text) => text.split(",")).filter((type) => type !== "");
  const forPeople = globals.output === "text" && io.stdout.isTerminal;
  let seen = 0;
  for await (const event of client.watch(host, { ...(types.length > 0 ? { on: types } : {}), from })) {
    await io.stdout.write(`${forPeople ? lineForPeople(event) : JSON.stringify(event)}\n`);
    if (++seen === count) return;
  }
}

function lineForPeople({ type, time, subject, data }: WatchedEvent): string {
  if (time === undefined || subject === undefined) return "…  events may be missing here";
  const { mission_name = "", lane = "", outcome, fail_reason } = data ?? {};
  const facts = [mission_name, `lane=${lane}`, outcome, fail_reason].filter((fact) => fact !== undefined);
  return oneLine(`${new Date(time).toTimeString().slice(0, 8)}  ${type}  ${subject}  ${facts.join(" ")}`);
}

async function open(
  call: Call<HostValues>,
): Promise<{ readonly client: LettsClient; readonly host: string; readonly name: string }> {
  const client = await call.open();
  return { client, host: oneDugdale(client.config, call.flags.host).id, name: call.args[0] ?? "" };
}

function hookRow(
  { name, type, to, off, pending, dead, delivered_at, last_error = "-" }: HookRecord,
): readonly string[] {
  const delivered = delivered_at === undefined ? "-" : seconds(delivered_at);
  const state = off === undefined ? "on" : "off";
  return [name, type, to, state, String(pending), String(dead), delivered, oneLine(last_error)];
}

function deadRow({ id, event, tries, error }: DeadEvent): readonly string[] {
  return [String(id), event.type, event.subject, seconds(event.time), String(tries), oneLine(error)];
}

function seconds(time: number | string): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}
