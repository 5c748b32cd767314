/** Types of values that a mission can read from its input. @module */
import { InvalidDurationError, parseDuration } from "../protocol/duration.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { type InputType, isArray, isObject } from "./input.ts";

/** A string, possibly empty. */
export const STRING: InputType<string> = {
  what: "a string",
  read: (found) => typeof found === "string" ? found : undefined,
};

/** True or false; not 0 or "yes". */
export const BOOL: InputType<boolean> = {
  what: "true or false",
  read: (found) => typeof found === "boolean" ? found : undefined,
};

/** An integer within JavaScript's safe range; a larger one has already lost its last digits. */
export const INT: InputType<number> = {
  what: "an integer within ±(2^53 - 1)",
  read: (found) => Number.isSafeInteger(found) ? found as number : undefined,
};

/** Any number. JSON text such as `1e999` would be infinite and is rejected. */
export const FLOAT: InputType<number> = {
  what: "a finite number",
  read: (found) => Number.isFinite(found) ? found as number : undefined,
};

/** An array. */
export const ARRAY: InputType<readonly JsonValue[]> = {
  what: "an array",
  read: (found) => isArray(found) ? found : undefined,
};

/** An object. */
export const OBJECT: InputType<JsonObject> = {
  what: "an object",
  read: (found) => isObject(found) ? found : undefined,
};

/** Milliseconds, written as a string with its units. */
export const DURATION: InputType<number> = {
  what: "a duration like 250ms, 30s or 1h30m",
  read: (found) => typeof found === "string" ? durationOf(found) : undefined,
};

/** A time, written as RFC 3339 or as a date. Without an offset it is in UTC, as under a dugdale. */
export const DATE: InputType<Date> = {
  what: "a date like 2026-01-31 or 2026-01-31T12:30:00Z",
  read: (found) => typeof found === "string" ? dateOf(found) : undefined,
};

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof InvalidDurationError) return undefined;
    throw error;
  }
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|z|[+-]\d\d:\d\d)?)?$/;

function dateOf(text: string): Date | undefined {
  const [, year, month, day, time = "00:00", offset = "Z"] = MOMENT.exec(text) ?? [];
  if (year === undefined) return undefined;
  // JavaScript accepts 30 February as 2 March; a mission should not.
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return undefined;
  const moment = new Date(`${year}-${month}-${day}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
