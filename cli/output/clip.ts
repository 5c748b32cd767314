/**
 * Texts in the columns of a terminal.
 *
 * @module
 */
import { columnsOf } from "./columns.ts";

/** The text, or its beginning and `…`, in at most so many columns. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const letter of text) {
    used += columnsOf(letter);
    if (used > columns - 1) break;
    kept += letter;
  }
  return columns < 1 ? "" : `${kept}…`;
}

/** What would move the cursor or change the terminal becomes a space: the text is somebody else's. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}

/** The text with spaces behind it, so that it takes at least so many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
