/** `letts ctl audit` and `letts ctl whoami`. @module */
import type { AuditRecord } from "../../../protocol/audit.ts";
import type { WhoamiReply } from "../../../protocol/whoami.ts";
import { type Paint, paintFor } from "../../output/color.ts";
import { oneLine } from "../../output/columns.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { parseTime } from "../../parse/times.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { AUDIT_FLAGS, WHOAMI_FLAGS } from "./flags.ts";

/** Prints the audit of a dugdale: readable on a terminal, elsewhere one JSON object for each line. */
export async function audit(call: Call<Values<typeof HOST_FLAG & typeof AUDIT_FLAGS>>): Promise<void> {
  const { flags: { host, since, until, follow, ...filter }, globals, io } = call;
  const nowMs = Date.now();
  const options = {
    ...filter,
    follow,
    since: parseTime("--since", since, nowMs),
    until: parseTime("--until", until, nowMs),
  };
  const client = await call.open();
  const forPeople = globals.output === "text" && io.stdout.isTerminal;
  const paint = paintFor(io.stdout, io);
  for await (const record of client.audit(oneDugdale(client.config, host).id, options)) {
    await io.stdout.write(`${forPeople ? lineForPeople(record, paint) : JSON.stringify(record)}\n`);
  }
}

function lineForPeople({ time, actor, address, action, target, facts }: AuditRecord, paint: Paint): string {
  const moment = new Date(time);
  const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const details = Object.entries(facts).filter(([, value]) => value !== target)
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return ` ${paint("dim", `${name}=`)}${oneLine(text)}`;
    });
  const when = paint("dim", `${date} ${moment.toTimeString().slice(0, 8)}`);
  const what = paint(action === "refused" ? "red" : "bold", action);
  const who = `${paint("green", oneLine(actor))} ${paint("dim", oneLine(address))}`;
  return `${when}  ${what}${target === undefined ? "" : ` ${oneLine(target)}`}  ${who}${details.join("")}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Prints name, scopes and limits of a token. */
export async function printToken(call: Call<Values<typeof HOST_FLAG & typeof WHOAMI_FLAGS>>): Promise<void> {
  const { flags: { host, scope }, globals, io } = call;
  const client = await call.open();
  const found = await client.whoami(oneDugdale(client.config, host).id, { scope });
  await writeResult(io.stdout, globals.output, found, () => tokenText(found));
}

function tokenText({ name, scopes, read_only, lanes, missions, expires_at }: WhoamiReply): string {
  const lines = [
    ["name", name],
    ["scopes", scopes.join(", ")],
    ["lanes", lanes?.join(", ") ?? "all"],
    ["missions", missions?.join(", ") ?? "all"],
    ["read only", read_only ? "yes" : "no"],
    ["expires", expires_at === undefined ? "never" : new Date(expires_at).toISOString()],
  ];
  return lines.map(([key = "", value]) => `${`${key}:`.padEnd(11)}${value}\n`).join("");
}
