/** JSON encoding without silent losses. @module */
import type { JsonObject } from "../protocol/json_value.ts";
import { NotJsonError } from "./errors.ts";

/**
 * Encodes an object as JSON text.
 *
 * @param what Names the value in the error, such as `return value`.
 * @throws {NotJsonError} When the value is not an object, or contains something that `JSON.stringify` would silently
 * change: NaN, an infinity, a Map or a Set. Also for a bigint and for a circular reference.
 */
export function encodeObject(value: unknown, what: string): string {
  const text = encode(value, what);
  if (text?.startsWith("{")) return text;
  throw new NotJsonError(`${what} must be a plain object or undefined, not ${kindOf(value)}`);
}

/**
 * An object as it is represented in JSON.
 *
 * @throws {NotJsonError} As {@linkcode encodeObject}.
 */
export function toJson(value: object, what: string): JsonObject {
  return JSON.parse(encodeObject(value, what)) as JsonObject;
}

function encode(value: unknown, what: string): string | undefined {
  try {
    return JSON.stringify(value, (key, member: unknown) => {
      const problem = lossy(member);
      if (problem === undefined) return member;
      throw new NotJsonError(
        `${what}${key && `, member ${JSON.stringify(key)},`} is ${problem}, which JSON cannot hold`,
      );
    });
  } catch (error) {
    if (error instanceof NotJsonError) throw error;
    // A circular reference, or a toJSON() that throws.
    const why = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new NotJsonError(`${what} cannot be written as JSON: ${why}`, { cause: error });
  }
}

function lossy(member: unknown): string | undefined {
  if (typeof member === "bigint") return "a bigint";
  if (typeof member === "number" && !Number.isFinite(member)) return String(member);
  if (member instanceof Map) return "a Map";
  if (member instanceof Set) return "a Set";
  return undefined;
}

/** Describes a value in an error message: `null`, `an array`, `the string "x"`, … */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") {
    return `the string ${JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)}`;
  }
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") {
    return `the ${typeof value} ${value}`;
  }
  if (typeof value !== "object") return `a ${typeof value}`;
  const maker: unknown = value.constructor;
  return typeof maker === "function" && maker !== Object ? `a ${maker.name}` : "an object";
}
