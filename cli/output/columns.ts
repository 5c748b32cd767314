/**
 * Widths of strings in terminal columns.
 *
 * @module
 */
import { eastAsianWidth } from "get-east-asian-width";

/** Latin letters, dashes, `…`, lines and blocks: one column each. Our own output uses only these. */
// deno-lint-ignore no-control-regex -- ASCII begins with them
const NARROW = /^[\x00-\u02ff\u2010-\u2027\u2500-\u259f]*$/;
/** Displayed in two columns, regardless of the number of code points. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
/** Zero width: combining marks, joiners, variation selectors. */
const ZERO_WIDTH = /^[\p{Mark}\p{Format}\p{Default_Ignorable_Code_Point}]+$/u;

/** Width in columns of a string without control characters. */
export function columnsOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  return graphemes(text).reduce((columns, one) => columns + columnsOfGrapheme(one), 0);
}

/** Created on demand: that takes longer than starting the rest of the program. */
let segmenter: Intl.Segmenter | undefined;

/** Splits a string into characters as a reader sees them. */
function graphemes(text: string): readonly string[] {
  segmenter ??= new Intl.Segmenter();
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

function columnsOfGrapheme(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** The string, or its beginning and `…`, in at most this many columns. Emojis and accented letters are not split. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return "";
  let kept = "";
  let used = 0;
  for (const one of NARROW.test(text) ? text : graphemes(text)) {
    used += columnsOf(one);
    if (used > columns - 1) break;
    kept += one;
  }
  return `${kept}…`;
}

/** Replaces control characters, which could move the cursor, by spaces: the string is untrusted. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}

/** The string, padded with spaces to at least this many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
