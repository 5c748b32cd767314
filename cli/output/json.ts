/**
 * JSON as it is printed: integers stay exact, and the text is safe inside of HTML.
 *
 * @module
 */

/** A number as it was written. */
interface RawNumber {
  readonly rawJSON: string;
}

interface RawJson {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}

// The types of the language do not know them yet.
const RAW = JSON as typeof JSON & RawJson;

/** How {@linkcode parseJson} treats numbers. */
export type NumberStyle =
  /** Integers that a double cannot hold stay as they were written; the rest is normal. */
  | "exact"
  /** All numbers stay as they were written. */
  | "verbatim";

/**
 * Parses JSON without losing digits. What it gives can be handed to `JSON.stringify` and {@linkcode jsonText}.
 *
 * @throws {SyntaxError} When the text is not JSON.
 */
export function parseJson(text: string, style: NumberStyle = "exact"): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== "number" || context?.source === undefined) return value;
    if (style === "exact" && (Number.isSafeInteger(value) || !/^-?\d+$/.test(context.source))) return value;
    return RAW.rawJSON(context.source);
  });
}

/** How {@linkcode jsonText} writes. */
export interface JsonStyle {
  /** Spaces a level; 0 writes one line. Default 2. */
  readonly indent?: number;
  /** Sort the keys of all objects. Default false. */
  readonly sorted?: boolean;
  /** Leave `<`, `>` and `&` as they are. Default false. */
  readonly plain?: boolean;
}

/** A value as JSON text, without a newline at the end. Undefined members are left out. */
export function jsonText(value: unknown, style: JsonStyle = {}): string {
  const { indent = 2, sorted = false, plain = false } = style;
  const text = JSON.stringify(sorted ? sortKeys(value) : value, null, indent) ?? "null";
  // These stand only inside of strings, where the escaped form means the same.
  return plain ? text : text.replace(/[<>&\u2028\u2029]/g, escapeLetter);
}

function escapeLetter(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null || RAW.isRawJSON(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(members.map(([key, member]) => [key, sortKeys(member)]));
}

/** A value that was read with {@linkcode parseJson} with plain numbers, for printers that know no others. */
export function plainNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== "object" || value === null) return value;
  if (RAW.isRawJSON(value)) return BigInt(value.rawJSON);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainNumbers(member)]));
}
