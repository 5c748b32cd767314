/** A text is not valid JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
}

const TAB = 9, NEWLINE = 10, RETURN = 13, SPACE = 32;
const QUOTE = 34, COMMA = 44, MINUS = 45, DOT = 46, ZERO = 48, NINE = 57, COLON = 58, BACKSLASH = 92;
/** This bit makes an ASCII letter lower case. */
const LOWER = 32;
const OPEN_ARRAY = 91, CLOSE_ARRAY = 93, OPEN_OBJECT = 123, CLOSE_OBJECT = 125;
/** Deeper nesting is rejected everywhere. */
export const MAX_DEPTH = 10_000;
const ESCAPES = new Set('"\\/bfnrt');

/**
 * Scans a JSON text token by token, without creating values. It has its own stack of open brackets, so nesting needs no
 * recursion, and it can pause within a value.
 */
export class Scanner {
  /** Position of the next character. */
  at: number;
  readonly text: string;
  /** The expected closing brackets, the innermost last. */
  readonly #open: number[] = [];

  constructor(text: string, at: number = 0) {
    this.text = text;
    this.at = at;
  }

  /** Skips white space, and returns the position after it. */
  space(): number {
    for (;; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return this.at;
    }
  }

  /**
   * Skips a value.
   *
   * @param until Pauses between two values beyond this position; the next call continues there.
   * @returns Whether the value is complete.
   * @throws {JsonSyntaxError}
   */
  skip(until: number = Infinity): boolean {
    for (;;) {
      if (this.at > until) return false;
      if (this.#begin()) continue;
      while (this.#open.length > 0 && !this.#next());
      if (this.#open.length === 0) return true;
    }
  }

  /** Skips a key and its colon, and returns the key. @throws {JsonSyntaxError} */
  key(): string {
    const start = this.space();
    if (this.text.charCodeAt(start) !== QUOTE) throw this.unexpected();
    this.string();
    const key = stringAt(this.text, start, this.at);
    this.space();
    this.#expect(COLON);
    return key;
  }

  /** Skips a character if it is the next one after white space. */
  takes(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  /** Skips a string, which begins here. @throws {JsonSyntaxError} */
  string(): void {
    const { text } = this;
    const start = this.at++;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === QUOTE) {
        this.at++;
        return;
      }
      if (code === BACKSLASH) {
        if (!this.#escape()) throw new JsonSyntaxError(`bad escape in the string at character ${start}`);
      } else if (code >= SPACE) this.at++;
      else throw this.unexpected();
    }
  }

  /** Skips a number, if one begins here. */
  number(): boolean {
    const start = this.at;
    if (this.text.charCodeAt(this.at) === MINUS) this.at++;
    if (this.text.charCodeAt(this.at) === ZERO) this.at++;
    else if (!this.#digits()) {
      this.at = start;
      return false;
    }
    const whole = this.at;
    if (this.text.charCodeAt(whole) === DOT) {
      this.at++;
      if (!this.#digits()) {
        this.at = whole;
        return true;
      }
    }
    this.#exponent();
    return true;
  }

  /** The error at this position. */
  unexpected(): JsonSyntaxError {
    const character = this.text[this.at];
    const what = character === undefined ? "end of text" : `character ${JSON.stringify(character)}`;
    return new JsonSyntaxError(`unexpected ${what} at character ${this.at}`);
  }

  /** Skips the start of a value; returns whether a nested value begins. */
  #begin(): boolean {
    switch (this.text.charCodeAt(this.space())) {
      case OPEN_OBJECT:
        this.#enter(CLOSE_OBJECT);
        if (this.text.charCodeAt(this.space()) === CLOSE_OBJECT) return false;
        this.#skipKey();
        return true;
      case OPEN_ARRAY:
        this.#enter(CLOSE_ARRAY);
        return this.text.charCodeAt(this.space()) !== CLOSE_ARRAY;
      case QUOTE:
        this.string();
        return false;
      case 116:
        return this.#word("true");
      case 102:
        return this.#word("false");
      case 110:
        return this.#word("null");
    }
    if (!this.number()) throw this.unexpected();
    return false;
  }

  #enter(close: number): void {
    if (this.#open.length === MAX_DEPTH) {
      throw new JsonSyntaxError(`nested more than ${MAX_DEPTH} levels deep`);
    }
    this.at++;
    this.#open.push(close);
  }

  /** Within an array or object, skips what follows a value; returns whether another value follows. */
  #next(): boolean {
    const close = this.#open[this.#open.length - 1]!;
    const code = this.text.charCodeAt(this.space());
    if (code === COMMA) {
      this.at++;
      if (close === CLOSE_OBJECT) this.#skipKey();
      return true;
    }
    this.#expect(close);
    this.#open.pop();
    return false;
  }

  #skipKey(): void {
    if (this.text.charCodeAt(this.space()) !== QUOTE) throw this.unexpected();
    this.string();
    this.space();
    this.#expect(COLON);
  }

  #expect(code: number): void {
    if (this.text.charCodeAt(this.at) !== code) throw this.unexpected();
    this.at++;
  }

  #word(word: string): false {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected();
    this.at += word.length;
    return false;
  }

  /** Skips an escape sequence; returns whether it is valid. */
  #escape(): boolean {
    const letter = this.text[this.at + 1] ?? "";
    this.at += 2;
    if (letter !== "u") return ESCAPES.has(letter);
    for (const end = this.at + 4; this.at < end; this.at++) {
      const code = this.text.charCodeAt(this.at);
      const letter = code | LOWER;
      if (!((code >= ZERO && code <= NINE) || (letter >= 97 && letter <= 102))) return false;
    }
    return true;
  }

  /** Skips digits, at least one. */
  #digits(): boolean {
    const start = this.at;
    for (;; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (!(code >= ZERO && code <= NINE)) return this.at > start;
    }
  }

  #exponent(): void {
    const start = this.at;
    const letter = this.text.charCodeAt(start);
    if (letter !== 69 && letter !== 101) return;
    this.at++;
    const sign = this.text.charCodeAt(this.at);
    if (sign === 43 || sign === MINUS) this.at++;
    if (!this.#digits()) this.at = start;
  }
}

/** The string between two quotes of a text. Lone surrogates become U+FFFD: they cannot be encoded as UTF-8. */
export function stringAt(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return (inner.includes("\\") ? JSON.parse(text.slice(start, end)) as string : inner).toWellFormed();
}
