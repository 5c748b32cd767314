/**
 * Makes untrusted text safe for a terminal: names, messages and logs may contain sequences that move the cursor, rename
 * the window, write to the clipboard or hide text.
 *
 * @module
 */

/** Colours and `\r\n` are harmless. So are tabs and newlines, which are not matched. */
const MARKED =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /\x1b\[[0-9;:]*m|\r\n|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
/** An incomplete sequence that may continue in the next chunk. */
// deno-lint-ignore no-control-regex -- as above
const BEGUN = /(?:\x1b(?:\[[0-9;:]{0,32})?|\r)$/;

/** The text with control characters shown as symbols, such as `␛`. */
export function terminalText(text: string): string {
  return text.replace(MARKED, (found) => found.length > 1 ? found : symbolOf(found.charCodeAt(0)));
}

function symbolOf(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

/** As {@linkcode terminalText}, for chunks of bytes, which may split a character or a colour. */
export class TerminalBytes {
  readonly #decoder = new TextDecoder();
  #begun = "";

  /** The text of the next chunk. */
  push(bytes: Uint8Array): string {
    const text = this.#begun + this.#decoder.decode(bytes, { stream: true });
    this.#begun = BEGUN.exec(text)?.[0] ?? "";
    return terminalText(text.slice(0, text.length - this.#begun.length));
  }

  /** The text kept for a next chunk that never came. */
  rest(): string {
    const text = this.#begun + this.#decoder.decode();
    this.#begun = "";
    return terminalText(text);
  }
}
