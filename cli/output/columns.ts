/**
 * How many columns of a terminal a text takes.
 *
 * @module
 */

/** Nothing of its own: combining marks, joiners and variation selectors. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Two columns: East Asian letters, full-width forms and pictures. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** The columns that a text without control characters takes. */
export function columnsOf(text: string): number {
  // deno-lint-ignore no-control-regex -- the letters that need no closer look
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let columns = 0;
  for (const letter of text) columns += ZERO.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return columns;
}
