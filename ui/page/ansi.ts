/**
 * Colours of a terminal, as elements with fixed classes.
 *
 * @module
 */
import { type Color, createAnsiSequenceParser } from "ansi-sequence-parser";

/** Everything that a terminal obeys and that is no colour. */
const OTHER =
  // deno-lint-ignore no-control-regex -- escape begins the sequences
  /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-ln-~]|\x1b[@-Z\\^_]|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const LEVELS = [0, 95, 135, 175, 215, 255];

/** Makes elements of the lines of one stream; a colour goes on in the next line. */
export class AnsiLines {
  readonly #parser: ReturnType<typeof createAnsiSequenceParser> = createAnsiSequenceParser();

  /** Puts a line into an element. */
  render(line: string, into: Element): void {
    if (!line.includes("\x1b")) {
      into.textContent = overwritten(line).replace(OTHER, "");
      return;
    }
    const text = overwritten(line).replace(OTHER, "");
    const parts = this.#parser.parse(text).map(({ value, foreground, background, decorations }) => {
      if (foreground === null && background === null && decorations.size === 0) return value;
      const span = document.createElement("span");
      span.textContent = value;
      span.className = [...decorations].map((name) => `ansi-${name}`).join(" ");
      paint(span, "color", foreground);
      paint(span, "background-color", background);
      return span;
    });
    into.replaceChildren(...parts);
  }
}

/** A carriage return begins the line again, as for a progress bar. */
function overwritten(line: string): string {
  const text = line.replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1);
}

function paint(span: HTMLElement, property: "color" | "background-color", color: Color | null): void {
  if (color === null) return;
  const index = color.type === "named"
    ? NAMES.indexOf(color.name.replace("bright", "").toLowerCase())
    : color.type === "table" && color.index < 16
    ? color.index % 8
    : -1;
  // Fixed classes keep the contrast in both themes; other colours are as they were sent.
  if (index >= 0) span.classList.add(property === "color" ? `fg-${index}` : `bg-${index}`);
  else if (color.type === "rgb") span.style.setProperty(property, `rgb(${color.rgb.join(" ")})`);
  else if (color.type === "table") span.style.setProperty(property, tableColor(color.index));
}

function tableColor(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const at = index - 16;
  const level = (value: number): number => LEVELS[value % 6] ?? 0;
  return `rgb(${level(Math.floor(at / 36))} ${level(Math.floor(at / 6))} ${level(at)})`;
}
