/** Text cut to a number of bytes. @module */

const MARK = "…[truncated]";
const encoder = new TextEncoder();
const MARK_BYTES = encoder.encode(MARK).length;

/** Cuts a text to a number of UTF-8 bytes, never inside a character; what is cut ends in `…[truncated]`. */
export function clip(text: string, maxBytes: number): string {
  // No character takes more than three bytes a UTF-16 unit, so a short text needs no counting.
  if (text.length * 3 <= maxBytes) return text;
  const room = new Uint8Array(maxBytes);
  if (encoder.encodeInto(text, room).read === text.length) return text;
  return text.slice(0, encoder.encodeInto(text, room.subarray(0, maxBytes - MARK_BYTES)).read) + MARK;
}
