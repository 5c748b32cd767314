/**
 * JSON as it was written. `JSON.parse` rounds integers beyond 2^53, forgets repeated keys and wants nothing after
 * the value; fingerprints and results of missions need all three, so requests are read here.
 *
 * @module
 */

/** A JSON value that still knows its digits, its repeated keys and its place in the text. */
export type JsonNode =
  | { readonly kind: "null" | "boolean"; readonly start: number; readonly end: number }
  | { readonly kind: "number"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "string"; readonly value: string; readonly start: number; readonly end: number }
  | {
    readonly kind: "array";
    readonly items: readonly JsonNode[];
    readonly start: number;
    readonly end: number;
  }
  | JsonObjectNode;

/** An object with its members in the order of the text, repeated keys included. */
export interface JsonObjectNode {
  readonly kind: "object";
  readonly members: readonly (readonly [key: string, value: JsonNode])[];
  readonly start: number;
  readonly end: number;
}

/** A text that is not JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
}

/** Deeper values are refused: reading takes stack for each level. */
const MAX_DEPTH = 1000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
// deno-lint-ignore no-control-regex -- control characters are what must not stand in a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;

/** Reads the first JSON value of a text and ignores what follows it. @throws {JsonSyntaxError} */
export function readJson(text: string): JsonNode {
  return new Reader(text).value(0);
}

/** The last member of that name, in another case only when there is no exact match; null counts as absent. */
export function member(object: JsonObjectNode, name: string): JsonNode | undefined {
  let found: JsonNode | undefined;
  let folded: JsonNode | undefined;
  for (const [key, value] of object.members) {
    if (key === name) found = value;
    else if (key.length === name.length && key.toLowerCase() === name) folded = value;
  }
  const value = found ?? folded;
  return value?.kind === "null" ? undefined : value;
}

class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError(`nested more than ${MAX_DEPTH} levels deep`);
    this.#skip(SPACE);
    const start = this.#at;
    switch (this.text[start]) {
      case "{":
        return this.#object(start, depth);
      case "[":
        return this.#array(start, depth);
      case '"': {
        const value = this.#string();
        return { kind: "string", value, start, end: this.#at };
      }
      case "t":
        return this.#word("true", "boolean");
      case "f":
        return this.#word("false", "boolean");
      case "n":
        return this.#word("null", "null");
    }
    const number = this.#skip(NUMBER);
    if (number === "") throw this.#unexpected();
    return { kind: "number", text: number, start, end: this.#at };
  }

  #object(start: number, depth: number): JsonObjectNode {
    const members: [string, JsonNode][] = [];
    this.#at++;
    if (!this.#closes("}")) {
      do {
        this.#skip(SPACE);
        if (this.text[this.#at] !== '"') throw this.#unexpected();
        const key = this.#string();
        this.#skip(SPACE);
        this.#expect(":");
        members.push([key, this.value(depth + 1)]);
      } while (this.#continues("}"));
    }
    return { kind: "object", members, start, end: this.#at };
  }

  #array(start: number, depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at++;
    if (!this.#closes("]")) {
      do items.push(this.value(depth + 1)); while (this.#continues("]"));
    }
    return { kind: "array", items, start, end: this.#at };
  }

  /** Lone surrogates become U+FFFD: they cannot be written as UTF-8. */
  #string(): string {
    const start = this.#at++;
    this.#skip(PLAIN);
    if (this.text[this.#at] === '"') return this.text.slice(start + 1, this.#at++).toWellFormed();
    while (this.text[this.#at] === "\\") {
      this.#at += 2;
      this.#skip(PLAIN);
    }
    this.#expect('"');
    try {
      return (JSON.parse(this.text.slice(start, this.#at)) as string).toWellFormed();
    } catch (cause) {
      throw new JsonSyntaxError(`bad escape in the string at character ${start}`, { cause });
    }
  }

  #word(word: string, kind: "boolean" | "null"): JsonNode {
    const start = this.#at;
    if (!this.text.startsWith(word, start)) throw this.#unexpected();
    this.#at += word.length;
    return { kind, start, end: this.#at };
  }

  #closes(bracket: string): boolean {
    this.#skip(SPACE);
    if (this.text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #continues(bracket: string): boolean {
    if (this.#closes(bracket)) return false;
    this.#expect(",");
    return true;
  }

  #expect(character: string): void {
    if (this.text[this.#at] !== character) throw this.#unexpected();
    this.#at++;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text)?.[0] ?? "";
    this.#at += match.length;
    return match;
  }

  #unexpected(): JsonSyntaxError {
    const character = this.text[this.#at];
    const what = character === undefined ? "end of text" : `character ${JSON.stringify(character)}`;
    return new JsonSyntaxError(`unexpected ${what} at character ${this.#at}`);
  }
}
