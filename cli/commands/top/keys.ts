/**
 * Keys of a terminal.
 *
 * @module
 */

/** A named key, or the typed character. */
export type Key =
  | "up"
  | "down"
  | "pageup"
  | "pagedown"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | { readonly text: string };

/** Sequences of xterm and of the Linux console. */
const NAMED: Readonly<Record<string, Key>> = {
  "\x1b[A": "up",
  "\x1b[B": "down",
  "\x1bOA": "up",
  "\x1bOB": "down",
  "\x1b[5~": "pageup",
  "\x1b[6~": "pagedown",
  "\x1b[H": "home",
  "\x1b[F": "end",
  "\x1bOH": "home",
  "\x1bOF": "end",
  "\x1b[1~": "home",
  "\x1b[4~": "end",
  "\x1b": "escape",
  "\r": "enter",
  "\n": "enter",
  "\x7f": "backspace",
  "\b": "backspace",
};

/** An escape sequence, or one character. */
// deno-lint-ignore no-control-regex -- escape begins the sequences
const ONE = /\x1b(?:\[[0-9;]*[@-~]|O[@-~])|[^]/gu;

/** The keys in one read from a terminal. Unknown ones are skipped. */
export function keysIn(typed: string): readonly Key[] {
  return [...typed.matchAll(ONE)].flatMap(([one]): Key[] => {
    const named = NAMED[one];
    if (named !== undefined) return [named];
    return one < " " ? [] : [{ text: one }];
  });
}
