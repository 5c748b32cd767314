/**
 * The record of a mission as `list` and `show` print it.
 *
 * @module
 */
import { MISSION_FIELDS } from "../../protocol/mission.ts";

/** Members that are there even when they are zero or empty. */
const KEPT: ReadonlySet<string> = new Set(["mission_id", "status", "exit_code", "input"]);

/** The record in its order, without what is empty, zero or false. Takes what a dugdale sent. */
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
  // An empty object is a value where a mission says it, and nothing where the dugdale counts files.
  return name === "outputs" && typeof value === "object" && Object.keys(value).length === 0;
}
