/**
 * The mark that a dugdale writes where it has truncated a captured stream.
 *
 * @module
 */
import { concat } from "@std/bytes";

/** The mark after a stream that was truncated at `limitBytes` bytes together with the other one. */
export function cutMark(limitBytes: number): string {
  return `${START}${limitBytes}${END}`;
}

const START = "\n[--- truncated, exceeded ";
const END = " bytes ---]\n";
const WHOLE = /\n\[--- truncated, exceeded (\d+) bytes ---\]\n$/;
/** Maximum length of a mark. */
const MAX_BYTES = START.length + END.length + 20;

/** The limit named by the mark at the end of a text; undefined without a mark. */
export function cutAt(text: string): number | undefined {
  const limit = WHOLE.exec(text)?.[1];
  return limit === undefined ? undefined : Number(limit);
}

/**
 * The bytes of a captured stream without the mark.
 *
 * A possible beginning of a mark is held back until the following bytes are known, but never a newline alone: lines
 * must be visible immediately. The newline of a mark that arrives in a chunk before the rest of it is therefore not
 * removed.
 *
 * @param onCut Called at the end with the limit of the mark, if there was one.
 */
export async function* withoutCutMark(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onCut: (limitBytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let held = new Uint8Array();
  let before = "";
  for await (const chunk of body) {
    const bytes = held.length === 0 ? chunk : concat([held, chunk]);
    const start = markStart(bytes, before);
    held = bytes.slice(start);
    if (start === 0) continue;
    yield bytes.subarray(0, start);
    before = latin1(bytes.subarray(start - 1, start));
  }
  const limitBytes = cutAt(before + latin1(held));
  if (limitBytes !== undefined && held.length > 0) onCut(limitBytes);
  else if (held.length > 0) yield held;
}

/** Position of a mark, or of the beginning of one, at the end of the bytes; their length if there is none. */
function markStart(bytes: Uint8Array, before: string): number {
  const from = Math.max(0, bytes.length - MAX_BYTES);
  const tail = (from === 0 ? before : "") + latin1(bytes.subarray(from));
  const at = tail.lastIndexOf("\n[");
  if (at === -1) return bytes.length;
  const mark = tail.slice(at);
  const rest = mark.slice(START.length).replace(/^\d*/, "");
  const isMark = START.startsWith(mark) || (mark.startsWith(START) && END.startsWith(rest));
  return isMark ? Math.max(0, bytes.length - mark.length) : bytes.length;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
