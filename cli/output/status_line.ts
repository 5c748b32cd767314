/**
 * One line at the bottom of a terminal that changes, while other lines go by above it.
 *
 * @module
 */
import type { Io, WriteOptions } from "./io.ts";
import { terminalText } from "./terminal_text.ts";

/** Often enough for seconds and things that move, seldom enough to cost nothing. */
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

  /** @param line Gives the line as it is now, no wider than the terminal. */
  constructor(io: Io, line: () => string) {
    this.#io = io;
    this.#line = line;
    // Not awaited: a closed terminal is reported by the next write that is.
    this.#timer = setInterval(() => this.draw().catch(() => {}), REDRAW_MS);
  }

  /** Shows the line as it is now. */
  async draw(): Promise<void> {
    if (this.#closed) return;
    this.#drawn = true;
    await this.#io.stderr.write(`\r${terminalText(this.#line())}${CLEAR_REST}`, { raw: true });
  }

  /** Writes a string that stays; the status line is drawn again below it. */
  async above(text: string, { raw = false }: WriteOptions = {}): Promise<void> {
    await this.#io.stderr.write(this.#taken() + (raw ? text : terminalText(text)), { raw: true });
  }

  /** Takes the line away until it is drawn again. */
  async clear(): Promise<void> {
    const clear = this.#taken();
    if (clear !== "") await this.#io.stderr.write(clear, { raw: true });
  }

  /** Takes the line away for good. */
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
