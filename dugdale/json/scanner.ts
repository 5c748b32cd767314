/** A text that is not JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
}

const TAB = 9, NEWLINE = 10, RETURN = 13, SPACE = 32;
const QUOTE = 34, COMMA = 44, MINUS = 45, DOT = 46, ZERO = 48, NINE = 57, COLON = 58, BACKSLASH = 92;
/** This bit makes a letter of ASCII lower case. */
const LOWER = 32;
const OPEN_ARRAY = 91, CLOSE_ARRAY = 93, OPEN_OBJECT = 123, CLOSE_OBJECT = 125;
/** Deeper values are refused, wherever they are. */
export const MAX_DEPTH = 10_000;
const ESCAPES = new Set('"\\/bfnrt');

/**
 * Goes through a JSON text from token to token, without making values of them. It keeps its own list of what is open,
 * so nesting takes no stack, and it can stop within a value.
 */
export class Scanner {
  /** The character that is next. */
  at: number;
  readonly text: string;
  /** The closing brackets that are to come, the last one first. */
  readonly #open: number[] = [];

  constructor(text: string, at: number = 0) {
    this.text = text;
    this.at = at;
  }

  /** Goes past white space, and answers where it ends. */
  space(): number {
    for (;; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return this.at;
    }
  }

  /**
   * Goes past a value.
   *
   * @param until Stops between two values beyond this character; the next call goes on there.
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

  /** Goes past a key and its colon, and answers the key. @throws {JsonSyntaxError} */
  key(): string {
    const start = this.space();
    if (this.text.charCodeAt(start) !== QUOTE) throw this.unexpected();
    this.string();
    const key = stringAt(this.text, start, this.at);
    this.space();
    this.#expect(COLON);
    return key;
  }

  /** Goes past one character when it is the next one after white space. */
  takes(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  /** Goes past a string, which begins here. @throws {JsonSyntaxError} */
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

  /** Goes past a number, if one begins here. */
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

  /** The error at this place. */
  unexpected(): JsonSyntaxError {
    const character = this.text[this.at];
    const what = character === undefined ? "end of text" : `character ${JSON.stringify(character)}`;
    return new JsonSyntaxError(`unexpected ${what} at character ${this.at}`);
  }

  /** Goes past the beginning of a value; whether another value begins inside it. */
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

  /** Within an array or object, goes past what follows a value; whether another value follows. */
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

  /** Goes past a backslash and what belongs to it; whether that is allowed. */
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

  /** Goes past digits, of which there must be one. */
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

/** The string between two quotes of a text. Lone surrogates become U+FFFD: they cannot be written as UTF-8. */
export function stringAt(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return (inner.includes("\\") ? JSON.parse(text.slice(start, end)) as string : inner).toWellFormed();
}
