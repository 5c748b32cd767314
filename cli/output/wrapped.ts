/**
 * Wrapping of text for a terminal.
 *
 * @module
 */
import { columnsOf } from "./columns.ts";

/** Minimum width of a description beside its name; if there is less room, it starts on the next line. */
const LEAST = 24;
/** Indentation of a description below its name. */
const BELOW = 8;

/**
 * Wraps long lines between words. Text in a column stays in it: a line such as `  --flag  text` continues below its
 * text. Command lines, `  letts …`, are not wrapped, so that they can be copied.
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

/** Wraps words into lines, each with the indent. */
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
