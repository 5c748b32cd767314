/**
 * Strings that are cut to a length.
 *
 * @module
 */

const encoder = new TextEncoder();
/** The mark at the end of a string of a mission that was cut. */
export const CUT_MARK = "…[truncated]";
/** The most of a value from outside that an error text repeats. */
const QUOTE_MAX_BYTES = 128;

/**
 * Cuts a string to a number of bytes of UTF-8, never inside a character.
 *
 * @param mark The mark at the end of a cut string. It counts, and is left out where there is no room for it.
 */
export function clip(text: string, maxBytes: number, mark = ""): string {
  // No character takes more than three bytes for each of its UTF-16 units, so a short string needs no counting.
  if (text.length * 3 <= maxBytes) return text;
  const room = new Uint8Array(Math.max(0, maxBytes));
  if (encoder.encodeInto(text, room).read === text.length) return text;
  const markBytes = encoder.encode(mark).length;
  if (markBytes > maxBytes) return clip(text, maxBytes);
  return text.slice(0, encoder.encodeInto(text, room.subarray(0, maxBytes - markBytes)).read) + mark;
}

/** A value from outside as an error text shows it: in quotation marks, escaped, and not too long. */
export function quote(text: string): string {
  return JSON.stringify(clip(text, QUOTE_MAX_BYTES, "…"));
}
