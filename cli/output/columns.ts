/**
 * Strings in the columns of a terminal.
 *
 * @module
 */
import { eastAsianWidth } from "get-east-asian-width";

/** Latin letters, dashes, `…`, lines and blocks: one column each. What we print ourselves is made of these. */
// deno-lint-ignore no-control-regex -- ASCII begins with them
const NARROW = /^[\x00-\u02ff\u2010-\u2027\u2500-\u259f]*$/;
/** Drawn as a picture of two columns, however many code points it is made of. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
/** Draws nothing of its own: marks, joiners, variation selectors. */
const ZERO_WIDTH = /^[\p{Mark}\p{Format}\p{Default_Ignorable_Code_Point}]+$/u;

/** The columns that a string without control characters takes. */
export function columnsOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  return graphemes(text).reduce((columns, one) => columns + columnsOfGrapheme(one), 0);
}

/** Made when it is first needed: it takes longer to make than the rest of the program to start. */
let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each. */
function graphemes(text: string): readonly string[] {
  segmenter ??= new Intl.Segmenter();
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

function columnsOfGrapheme(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** The string, or its beginning and `…`, in at most so many columns. Emojis and accented letters stay whole. */
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

/** Replaces control characters, which could move the cursor, by spaces: the string comes from outside. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}

/** The string with spaces behind it, so that it takes at least so many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
