/** Access to the input by dotted paths, with type checks. @module */
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { InvalidInputError } from "./errors.ts";
import { kindOf } from "./json.ts";

/** The expected type of a getter. */
export interface InputType<Value> {
  /** For the error: `input "retries" must be an integer, …`. */
  readonly what: string;
  /** The value, or undefined if it has another type. */
  read(found: JsonValue): Value | undefined;
}

/**
 * Reads values at dotted paths: each part is a key of an object or an index of an array. The path is split at every
 * dot, so a key that contains a dot cannot be reached; `""` is the key `""`. A path through a scalar has no value.
 */
export class Input {
  readonly #root: JsonValue;

  constructor(root: JsonValue) {
    this.#root = root;
  }

  /**
   * The value at a path, or undefined if there is none; an existing null is a value.
   *
   * @throws {InvalidInputError} When the input itself is a scalar, so that no path can have a value.
   */
  find(path: string): JsonValue | undefined {
    let here: JsonValue | undefined = this.#root;
    if (typeof here !== "object" || here === null) {
      throw new InvalidInputError(`input is ${kindOf(here)}, not an object: nothing can be at "${path}"`, {
        path,
        found: here,
      });
    }
    for (const part of path.split(".")) {
      here = memberOf(here, part);
      if (here === undefined) return undefined;
    }
    return here;
  }

  /** The value at a path. @throws {InvalidInputError} When there is none. */
  need(path: string): JsonValue {
    const found = this.find(path);
    if (found === undefined) throw new InvalidInputError(`input path "${path}" not found`, { path });
    return found;
  }

  /**
   * The value at a path as the given type, or the fallback if there is none.
   *
   * @throws {InvalidInputError} When the value has another type, or is missing without a fallback.
   */
  read<Value>(path: string, type: InputType<Value>, fallback?: Value): Value {
    const found = this.find(path);
    if (found === undefined) {
      if (fallback !== undefined) return fallback;
      throw new InvalidInputError(`input path "${path}" not found: ${type.what} is required`, { path });
    }
    const value = type.read(found);
    if (value !== undefined) return value;
    throw new InvalidInputError(`input "${path}" must be ${type.what}, not ${kindOf(found)}`, {
      path,
      found,
    });
  }
}

function memberOf(holder: JsonValue, part: string): JsonValue | undefined {
  if (typeof holder !== "object" || holder === null) return undefined;
  if (isArray(holder)) return /^(?:0|[1-9]\d*)$/.test(part) ? holder[Number(part)] : undefined;
  return Object.hasOwn(holder, part) ? holder[part] : undefined;
}

/** Whether a JSON value is an array; `Array.isArray` does not narrow a readonly one. */
export function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a JSON value is an object, neither null nor an array. */
export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
