/**
 * Terminal colours.
 *
 * @module
 */
import type { Io, Writer } from "./io.ts";

/** Available colours. */
export type Color = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

const CODES: Readonly<Record<Color, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/** Colours a string, or returns it unchanged. */
export type Paint = (color: Color, text: string) => string;

const plain: Paint = (_, text) => text;

/** Colours for a writer: none in pipes and files, on dumb terminals, and if `NO_COLOR` is set. */
export function paintFor(writer: Writer, io: Pick<Io, "env">): Paint {
  if (!writer.isTerminal || io.env("NO_COLOR") || io.env("TERM") === "dumb") return plain;
  return (color, text) => {
    const [on, off] = CODES[color];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  };
}
