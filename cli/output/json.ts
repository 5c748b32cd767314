/**
 * JSON output: integers stay exact, and the text is safe inside HTML.
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

// Not yet in TypeScript's library types.
const RAW = JSON as typeof JSON & RawJson;

/** How {@linkcode parseJson} treats numbers. */
export type NumberStyle =
  /** Integers that a double cannot represent keep their digits; other numbers are converted. */
  | "exact"
  /** All numbers keep their digits. */
  | "verbatim";

/**
 * Parses JSON without losing digits. The result can be passed to `JSON.stringify` and {@linkcode jsonText}.
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

/** Options of {@linkcode jsonText}. */
export interface JsonStyle {
  /** Spaces for each level; 0 writes one line. Default 2. */
  readonly indent?: number;
  /** Sort the keys of all objects. Default false. */
  readonly sorted?: boolean;
  /** Keep `<`, `>` and `&` unescaped. Default false. */
  readonly plain?: boolean;
}

/** A value as JSON text, without a final newline. Undefined members are omitted. */
export function jsonText(value: unknown, style: JsonStyle = {}): string {
  const { indent = 2, sorted = false, plain = false } = style;
  const text = JSON.stringify(sorted ? sortKeys(value) : value, null, indent) ?? "null";
  // These occur only inside strings, where the escaped form is equivalent.
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

/** A value from {@linkcode parseJson} with plain numbers, for formatters that support no others. */
export function plainNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== "object" || value === null) return value;
  if (RAW.isRawJSON(value)) return BigInt(value.rawJSON);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainNumbers(member)]));
}
