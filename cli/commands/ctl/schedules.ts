/** `letts ctl schedules list`, `show`, `next`, `pause`, `continue` and `run`. @module */
import type { LettsClient } from "../../../client/client.ts";
import type { ScheduleRecord } from "../../../protocol/schedule.ts";
import { UsageError } from "../../errors.ts";
import { paintFor } from "../../output/color.ts";
import { humanTime } from "../../output/human.ts";
import type { Io } from "../../output/io.ts";
import { parseJson } from "../../output/json.ts";
import { writeResult } from "../../output/record.ts";
import { tableText } from "../../output/table.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { NEXT_FLAGS, PAUSE_FLAGS } from "./flags.ts";

type ScheduleCall = Call<Values<typeof HOST_FLAG>>;

const COLUMNS = [
  { title: "SCHEDULE", width: 20 },
  { title: "WHEN", width: 16 },
  { title: "TZ", width: 16 },
  { title: "LANE", width: 12 },
  { title: "MISSION", width: 20 },
  { title: "PAUSED", width: 6 },
  { title: "NEXT", width: 20 },
  { title: "LAST", width: 20 },
  { title: "FIRED", width: 7 },
  { title: "SKIPPED", width: 7 },
];

/** Prints the schedules of a dugdale. */
export async function listSchedules(call: ScheduleCall): Promise<void> {
  const { client, host } = await open(call);
  const schedules = await client.listSchedules(host);
  const text = () =>
    call.io.stdout.isTerminal
      ? terminalText(schedules, call.io)
      : tableText(COLUMNS, schedules.map(plainRow));
  await writeResult(call.io.stdout, call.globals.output, schedules, text);
}

/** Prints the record of a schedule. */
export async function showSchedule(call: ScheduleCall): Promise<void> {
  const { client, host, name } = await open(call);
  // As text, because the numbers of its input may have more digits than a double.
  const record = parseJson(await client.scheduleText(host, name));
  const format = call.globals.output === "yaml" ? "yaml" : "json";
  await writeResult(call.io.stdout, format, record, () => "");
}

/** Prints the next fires of a schedule, in its time zone and in that of the user. */
export async function nextOfSchedule(
  call: Call<Values<typeof HOST_FLAG & typeof NEXT_FLAGS>>,
): Promise<void> {
  const { count } = call.flags;
  if (count < 1) throw new UsageError(`--count ${count} must be at least 1`);
  const { client, host, name } = await open(call);
  const { times, tz } = await client.nextFires(host, name, { count });
  const own = ownZone(call.io);
  const nowMs = Date.now();
  const rows = times.map((time) => ({
    time,
    utc: new Date(time).toISOString(),
    scheduled: zonedTime(time, tz),
    local: zonedTime(time, own),
  }));
  const zones = [...new Set([tz, own])];
  const columns = [...zones, "IN"].map((title) => ({ title, width: 26 }));
  const text = () =>
    tableText(
      columns,
      times.map((time) => [...zones.map((zone) => zonedTime(time, zone)), humanTime(time, nowMs)]),
    );
  await writeResult(call.io.stdout, call.globals.output, rows, text);
}

/** Pauses a schedule. */
export async function pauseSchedule(
  call: Call<Values<typeof HOST_FLAG & typeof PAUSE_FLAGS>>,
): Promise<void> {
  const { client, host, name } = await open(call);
  const who = call.io.env("USER") || call.io.env("LOGNAME") || undefined;
  await client.pauseSchedule(host, name, { who, reason: call.flags.reason });
}

/** Resumes a schedule. */
export async function continueSchedule(call: ScheduleCall): Promise<void> {
  const { client, host, name } = await open(call);
  await client.continueSchedule(host, name);
}

/** Queues the mission of a schedule now. */
export async function runSchedule(call: ScheduleCall): Promise<void> {
  const { client, host, name } = await open(call);
  const { missionId, status } = await client.runSchedule(host, name);
  const record = { mission_id: missionId, status };
  await writeResult(call.io.stdout, call.globals.output, record, () => `${missionId}\t${status}\n`);
}

async function open(
  call: ScheduleCall,
): Promise<{ readonly client: LettsClient; readonly host: string; readonly name: string }> {
  const client = await call.open();
  return { client, host: oneDugdale(client.config, call.flags.host).id, name: call.args[0] ?? "" };
}

function plainRow(schedule: ScheduleRecord): readonly string[] {
  const { name, tz = "UTC", lane, mission, pause, next_at, last_at, fired, skipped } = schedule;
  const moment = (time: number | undefined) => time === undefined ? "-" : isoSeconds(time);
  return [
    name,
    whenOf(schedule),
    tz,
    lane,
    mission,
    String(pause !== undefined),
    moment(next_at),
    moment(last_at),
    String(fired),
    String(skipped),
  ];
}

function terminalText(schedules: readonly ScheduleRecord[], io: Io): string {
  const nowMs = Date.now();
  const columns = [
    { title: "SCHEDULE" },
    { title: "WHEN" },
    { title: "MISSION", shrinks: true },
    { title: "STATE" },
    { title: "NEXT" },
    { title: "LAST" },
    { title: "FIRED", right: true },
    { title: "SKIPPED", right: true },
  ];
  const rows = schedules.map((schedule): readonly Cell[] => {
    const { name, tz = "UTC", mission, pause, next_at, last_at, last_error, fired, skipped } = schedule;
    const zone = schedule.cron === undefined || tz === "UTC" ? "" : ` ${tz}`;
    const state: Cell = pause !== undefined
      ? { text: "paused", color: "yellow" }
      : last_error !== undefined
      ? { text: "refused", color: "red" }
      : next_at === undefined
      ? { text: "over", color: "dim" }
      : { text: "on", color: "green" };
    return [
      { text: name, color: "bold" },
      { text: whenOf(schedule) + zone },
      { text: mission },
      state,
      { text: next_at === undefined || pause !== undefined ? "-" : humanTime(next_at, nowMs) },
      { text: last_at === undefined ? "-" : humanTime(last_at, nowMs) },
      { text: String(fired) },
      { text: String(skipped) },
    ];
  });
  return terminalTable(columns, rows, { columns: io.columns(), paint: paintFor(io.stdout, io) });
}

function whenOf({ cron, every }: ScheduleRecord): string {
  return cron ?? `every ${every}`;
}

function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The zone of `TZ`, or that of the machine. */
function ownZone(io: Io): string {
  const zone = io.env("TZ");
  try {
    return new Intl.DateTimeFormat("en", zone ? { timeZone: zone } : {}).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return "UTC"; // a zone that only the C library knows
    throw error;
  }
}

/** `2027-03-28 03:00:00 +02:00` */
function zonedTime(time: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  }).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}:${
    part("second")
  } ${offset}`;
}
