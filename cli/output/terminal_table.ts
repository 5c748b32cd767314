/**
 * Tables on a terminal: as wide as their content, but not wider than the screen.
 *
 * @module
 */
import type { Color, Paint } from "./color.ts";
import { clip, columnsOf, oneLine, pad } from "./columns.ts";

/** A cell; its text is coloured. */
export interface Cell {
  readonly text: string;
  readonly color?: Color | undefined;
}

/** A column. */
export interface TerminalColumn {
  readonly title: string;
  /** May be truncated on a narrow screen. */
  readonly shrinks?: boolean;
  /** Minimum useful width: below it, other columns are hidden first. */
  readonly least?: number;
  /** Columns with the lowest number are hidden first on a narrow screen. Without it the column is always shown. */
  readonly leaves?: number;
  /** Align to the right, for numbers. */
  readonly right?: boolean;
}

/** Below this width nothing is readable. */
const LEAST = 6;
const GAP = 2;

/** Header and rows. Columns that are empty in all rows are hidden, and those that do not fit on a narrow screen. */
export function terminalTable(
  columns: readonly TerminalColumn[],
  rows: readonly (readonly Cell[])[],
  screen: { readonly columns: number; readonly paint: Paint },
): string {
  const filled = columns
    .map((column, index) => ({ column, cells: rows.map((row) => cleaned(row[index])) }))
    .filter(({ cells }) => rows.length === 0 || cells.some(({ text }) => text !== ""))
    .map(({ column, cells }) => {
      const width = Math.max(column.title.length, ...cells.map(({ text }) => columnsOf(text)));
      return {
        column,
        cells,
        width,
        shrinks: column.shrinks ?? false,
        least: column.least ?? LEAST,
        leaves: column.leaves,
      };
    });
  const used = staying(filled, screen.columns);
  const widths = fit(used, screen.columns);
  const line = (cells: readonly Cell[]) =>
    cells.map(({ text, color }, index) => {
      const width = widths[index] ?? 0;
      const padded = aligned(clip(text, width), width, used[index]?.column.right ?? false);
      return color === undefined ? padded : screen.paint(color, padded);
    }).join(" ".repeat(GAP)).trimEnd() + "\n";
  const titles = used.map(({ column }): Cell => ({ text: column.title, color: "dim" }));
  return [titles, ...rows.map((_, row) => used.map(({ cells }) => cells[row] ?? { text: "" }))].map(line)
    .join("");
}

function cleaned(cell: Cell | undefined): Cell {
  return { text: oneLine(cell?.text ?? ""), color: cell?.color };
}

function aligned(text: string, width: number, right: boolean): string {
  return right ? " ".repeat(Math.max(0, width - columnsOf(text))) + text : pad(text, width);
}

interface Measured {
  readonly width: number;
  readonly shrinks: boolean;
  readonly least: number;
  readonly leaves: number | undefined;
}

/** Hides columns until the others fit at their minimum widths. */
function staying<Column extends Measured>(columns: readonly Column[], screen: number): readonly Column[] {
  const least = columns.reduce(
    (sum, { width, shrinks, least }) => sum + (shrinks ? Math.min(width, least) : width) + GAP,
    -GAP,
  );
  const next = Math.min(...columns.map(({ leaves }) => leaves ?? Infinity));
  if (least <= screen || next === Infinity) return columns;
  return staying(columns.filter(({ leaves }) => leaves !== next), screen);
}

/** Shrinks the widest shrinkable column until all fit, or all are at their minimum. */
function fit(columns: readonly Measured[], screen: number): number[] {
  const widths = columns.map(({ width }) => width);
  let over = widths.reduce((sum, width) => sum + width + GAP, -GAP) - screen;
  while (over > 0) {
    const wider = (least: (column: Measured) => number) =>
      columns.flatMap((column, index) =>
        column.shrinks && (widths[index] ?? 0) > least(column) ? [index] : []
      );
    let giving = wider(({ least }) => least);
    if (giving.length === 0) giving = wider(() => LEAST);
    if (giving.length === 0) break;
    const widest = giving.reduce((best, index) => (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best);
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
  return widths;
}
