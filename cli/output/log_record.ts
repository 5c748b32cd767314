/**
 * Log lines of the mission runtime, for people.
 *
 * @module
 */
import * as v from "valibot";
import type { Color, Paint } from "./color.ts";

/** The latest time that a date can represent, in Unix milliseconds. */
const DATE_MAX_MS = 8.64e15;

const record = v.object({
  time: v.union([
    v.pipe(v.string(), v.isoTimestamp()),
    v.pipe(v.number(), v.minValue(0), v.maxValue(DATE_MAX_MS)),
  ]),
  level: v.picklist(["debug", "info", "warn", "error"]),
  message: v.string(),
  state: v.optional(v.string()),
  fields: v.optional(v.record(v.string(), v.unknown())),
});

const COLORS: Readonly<Record<string, Color>> = { debug: "dim", info: "green", warn: "yellow", error: "red" };

/** The line shown for a log record; undefined if the line is not a log record. */
export function logRecordText(line: string, paint: Paint): string | undefined {
  if (!line.startsWith('{"time":')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // it only looked like one
  }
  const parsed = v.safeParse(record, value);
  if (!parsed.success) return undefined;
  const { time, level, message, state, fields = {} } = parsed.output;
  const facts = Object.entries({ ...(state === undefined ? {} : { state }), ...fields })
    .map(([name, fact]) => ` ${paint("dim", `${name}=`)}${JSON.stringify(fact)}`);
  const iso = typeof time === "number" ? new Date(time).toISOString() : time;
  return `${paint("dim", iso.slice(11, 23))} ${paint(COLORS[level] ?? "dim", level.padEnd(5))} ${message}${
    facts.join("")
  }`;
}
