/**
 * The mark that a dugdale leaves where it has cut a captured stream off.
 *
 * @module
 */
import { concat } from "@std/bytes";

/** The mark behind a stream of which, with the other one, no more than `limitBytes` bytes were kept. */
export function cutMark(limitBytes: number): string {
  return `${START}${limitBytes}${END}`;
}

const START = "\n[--- truncated, exceeded ";
const END = " bytes ---]\n";
const WHOLE = /\n\[--- truncated, exceeded (\d+) bytes ---\]\n$/;
/** As long as any mark. */
const MAX_BYTES = START.length + END.length + 20;

/** The limit that the mark at the end of a text names; undefined when there is no mark. */
export function cutAt(text: string): number | undefined {
  const limit = WHOLE.exec(text)?.[1];
  return limit === undefined ? undefined : Number(limit);
}

/**
 * The bytes of a captured stream without the mark.
 *
 * What may be the beginning of a mark is held back until it is known how it goes on, but never a newline alone: a line
 * is to be seen at once. The newline of a mark that comes in a chunk before the rest of it is therefore left.
 *
 * @param onCut Called at the end with the limit of the mark, when there was one.
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

/** Where the bytes end in a mark or in the beginning of one; their length when they do not. */
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
