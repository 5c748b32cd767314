/**
 * A line at the bottom of a terminal that is updated while other lines scroll above it.
 *
 * @module
 */
import type { Io, WriteOptions } from "./io.ts";
import { terminalText } from "./terminal_text.ts";

/** Frequent enough for seconds and animation, rare enough to cost nothing. */
const REDRAW_MS = 120;
const CLEAR_LINE = "\r\x1b[2K";
const CLEAR_REST = "\x1b[K";

/** Draws on stderr, which must be a terminal, until it is closed. */
export class StatusLine {
  readonly #io: Io;
  readonly #line: () => string;
  readonly #timer: ReturnType<typeof setInterval>;
  #drawn = false;
  #closed = false;

  /** @param line Returns the current line, no wider than the terminal. */
  constructor(io: Io, line: () => string) {
    this.#io = io;
    this.#line = line;
    // Not awaited: the next awaited write reports a closed terminal.
    this.#timer = setInterval(() => this.draw().catch(() => {}), REDRAW_MS);
  }

  /** Draws the current line. */
  async draw(): Promise<void> {
    if (this.#closed) return;
    this.#drawn = true;
    await this.#io.stderr.write(`\r${terminalText(this.#line())}${CLEAR_REST}`, { raw: true });
  }

  /** Writes permanent text; the status line is drawn again below it. */
  async above(text: string, { raw = false }: WriteOptions = {}): Promise<void> {
    await this.#io.stderr.write(this.#taken() + (raw ? text : terminalText(text)), { raw: true });
  }

  /** Removes the line until it is drawn again. */
  async clear(): Promise<void> {
    const clear = this.#taken();
    if (clear !== "") await this.#io.stderr.write(clear, { raw: true });
  }

  /** Removes the line permanently. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.clear();
  }

  #taken(): string {
    const clear = this.#drawn ? CLEAR_LINE : "";
    this.#drawn = false;
    return clear;
  }
}
