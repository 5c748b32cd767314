/**
 * Truncation of strings.
 *
 * @module
 */

const encoder = new TextEncoder();
/** The mark at the end of a truncated string of a mission. */
export const CUT_MARK = "…[truncated]";
/** Maximum length of an untrusted value in an error message. */
const QUOTE_MAX_BYTES = 128;

/**
 * Truncates a string to a number of UTF-8 bytes, never inside a character.
 *
 * @param mark The mark at the end of a truncated string. It is included in the length, and omitted if it does not fit.
 */
export function clip(text: string, maxBytes: number, mark = ""): string {
  // A UTF-16 unit takes at most three bytes, so a short string needs no counting.
  if (text.length * 3 <= maxBytes) return text;
  const room = new Uint8Array(Math.max(0, maxBytes));
  if (encoder.encodeInto(text, room).read === text.length) return text;
  const markBytes = encoder.encode(mark).length;
  if (markBytes > maxBytes) return clip(text, maxBytes);
  return text.slice(0, encoder.encodeInto(text, room.subarray(0, maxBytes - markBytes)).read) + mark;
}

/** An untrusted value in an error message: quoted, escaped, and truncated. */
export function quote(text: string): string {
  return JSON.stringify(clip(text, QUOTE_MAX_BYTES, "…"));
}
