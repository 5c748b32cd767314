/**
 * Tables for people.
 *
 * @module
 */

/** A column: its title, and the minimum width of its cells. */
export interface Column {
  readonly title: string;
  readonly width: number;
}

/** Header and rows, left-aligned and separated by two spaces. Longer cells are not cut: scripts read them. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    columns.map(({ width }, index) => (cells[index] ?? "").padEnd(width)).join("  ") + "\n";
  return [columns.map(({ title }) => title), ...rows].map(line).join("");
}

/** The line below a table with further pages. */
export function cursorText(nextCursor: string | undefined): string {
  return nextCursor === undefined || nextCursor === "" ? "" : `\ncursor: ${nextCursor}\n`;
}

/** The words separated by spaces, in brackets. */
export function bracketed(words: readonly string[]): string {
  return `[${words.join(" ")}]`;
}
