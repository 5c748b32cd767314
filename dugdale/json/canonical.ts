import { clip, quote } from "../../protocol/clip.ts";
import type { JsonNode } from "./reader.ts";

/** A value that has no canonical form. */
export class NotCanonicalError extends Error {
  override readonly name = "NotCanonicalError";
}

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * The one way to write a JSON value, so that equal inputs have equal digests: keys sorted by UTF-16 code units, no
 * white space, 64-bit integers exact, other numbers as JavaScript writes a double.
 *
 * @throws {NotCanonicalError} When a key is repeated or a number is beyond the range of a double.
 */
export function canonical(node: JsonNode, source: string): string {
  switch (node.kind) {
    case "null":
    case "boolean":
      return source.slice(node.start, node.end);
    case "number":
      return canonicalNumber(node.text);
    case "string":
      return JSON.stringify(node.value);
    case "array":
      return `[${node.items.map((item) => canonical(item, source)).join()}]`;
    case "object": {
      const members = [...node.members].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
      members.forEach(([key], index) => {
        if (key !== members[index + 1]?.[0]) return;
        throw new NotCanonicalError(`key ${quote(key)} is repeated`);
      });
      return `{${
        members.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value, source)}`).join()
      }}`;
    }
    default:
      return node satisfies never;
  }
}

function canonicalNumber(text: string): string {
  if (!/[.eE]/.test(text)) {
    // Up to 15 digits a double holds every integer, and JavaScript writes it without an exponent.
    if (text.length <= 15) return text === "-0" ? "0" : text;
    const integer = BigInt(text);
    if (integer >= MIN_INT64 && integer <= MAX_UINT64) return integer.toString();
  }
  const double = Number(text);
  if (!Number.isFinite(double)) throw new NotCanonicalError(`number ${clip(text, 64, "…")} is out of range`);
  return String(double === 0 ? 0 : double);
}

/** A part of a JSON text as it was written, without the white space between its tokens. */
export function compact(source: string, node: JsonNode): string {
  const text = source.slice(node.start, node.end);
  return text.replace(/("(?:[^"\\]|\\.)*")|[ \t\n\r]+/g, (_, string: string | undefined) => string ?? "");
}
