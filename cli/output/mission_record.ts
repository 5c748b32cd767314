/**
 * The record of a mission as printed by `list` and `show`.
 *
 * @module
 */
import { MISSION_FIELDS } from "../../protocol/mission.ts";
import { paintFor } from "./color.ts";
import { oneLine } from "./columns.ts";
import { humanDuration, humanTime } from "./human.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./json.ts";

/** Members that are included even if zero or empty. */
const KEPT: ReadonlySet<string> = new Set(["mission_id", "status", "exit_code", "input"]);

/** The record in its order, without empty, zero and false members. Takes the text sent by a dugdale. */
export function orderedRecord(record: object): Readonly<Record<string, unknown>> {
  const sent = new Map<string, unknown>(Object.entries(record));
  return Object.fromEntries(
    Object.values(MISSION_FIELDS).flatMap(({ wire: name }) => {
      const value = sent.get(name);
      if (value === undefined || (isEmpty(name, value) && !KEPT.has(name))) return [];
      return [[name, value]];
    }),
  );
}

function isEmpty(name: string, value: unknown): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  // An empty object is a value in a mission's own data, and nothing where the dugdale counts files.
  return name === "outputs" && typeof value === "object" && Object.keys(value).length === 0;
}

/** The record for people: one line for each member, with readable times and durations. */
export function recordText(host: string, record: Readonly<Record<string, unknown>>, io: Io): string {
  const paint = paintFor(io.stdout, io);
  const nowMs = Date.now();
  const members = [["host", host] as const, ...Object.entries(record)];
  const width = Math.max(...members.map(([name]) => name.length)) + 2;
  return members
    .map(([name, value]) => `${paint("dim", name.padEnd(width))}${valueText(name, value, nowMs)}\n`)
    .join("");
}

function valueText(name: string, value: unknown, nowMs: number): string {
  if (typeof value === "string") return oneLine(value);
  if (typeof value === "number" && /^time_|_at$/.test(name)) {
    return `${new Date(value).toISOString()} (${humanTime(value, nowMs)})`;
  }
  if (typeof value === "number" && name.endsWith("_ms")) return humanDuration(value);
  return oneLine(jsonText(value, { indent: 0, plain: true }));
}
