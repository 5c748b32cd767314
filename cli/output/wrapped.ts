/**
 * Text in lines that fit a terminal.
 *
 * @module
 */
import { columnsOf } from "./columns.ts";

/** What stands behind a name needs at least so many columns beside it; with less it goes below it. */
const LEAST = 24;
/** How far the text below a name stands in. */
const BELOW = 8;

/**
 * Breaks lines that are too long between words. The text of a column stays in it: a line such as `  --flag  text` goes
 * on below its text. Command lines, `  letts …`, stay whole, so that they can be copied.
 */
export function wrapped(text: string, columns: number): string {
  return text.split("\n").flatMap((line) => {
    if (columnsOf(line) <= columns || line.startsWith("  letts ")) return [line];
    const name = /^ +\S.*? {2,}(?=\S)/.exec(line)?.[0];
    if (name === undefined) {
      const indent = /^ *(# )?/.exec(line)?.[0] ?? "";
      return broken(line.slice(indent.length), indent, columns);
    }
    const text = line.slice(name.length);
    if (columns - columnsOf(name) < LEAST) {
      return [name.trimEnd(), ...broken(text, " ".repeat(BELOW), columns)];
    }
    const [first = "", ...rest] = broken(text, " ".repeat(columnsOf(name)), columns);
    return [name + first.trimStart(), ...rest];
  }).join("\n");
}

/** Lines of words that fit, each behind the indent. */
export function broken(text: string, indent: string, columns: number): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    const longer = line === indent ? line + word : `${line} ${word}`;
    if (line !== indent && columnsOf(longer) > columns) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}
