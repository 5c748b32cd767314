/**
 * Parses flags and positional arguments of a command.
 *
 * @module
 */
import { UsageError } from "../errors.ts";
import { isFlag } from "./find_command.ts";
import type { FlagIndex, NamedFlag } from "./flag_index.ts";
import { defaultValue, type ParsedValue, parseValue } from "./flags.ts";
import { didYouMean } from "./suggest.ts";

/** The parsed flags and arguments. */
export interface ReadFlags {
  /** All flags of the index, given or not. */
  readonly values: Readonly<Record<string, ParsedValue>>;
  readonly positionals: readonly string[];
  /** Whether `--help` was given; it takes precedence over errors. */
  readonly help: boolean;
  /** The first error. */
  readonly error: UsageError | undefined;
}

/** Parses flags and arguments in any order; `--` ends the flags. Keeps the first error for the caller. */
export function readFlags(tokens: readonly string[], index: FlagIndex): ReadFlags {
  const reader = new Reader(tokens, index);
  reader.read();
  return reader;
}

class Reader implements ReadFlags {
  readonly values: Record<string, ParsedValue> = {};
  readonly positionals: string[] = [];
  help = false;
  error: UsageError | undefined;
  readonly #index: FlagIndex;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[], index: FlagIndex) {
    this.#tokens = tokens;
    this.#index = index;
    for (const [name, flag] of index.byName) this.values[name] = defaultValue(flag);
  }

  read(): void {
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++] ?? "";
      if (token === "--") {
        this.positionals.push(...this.#tokens.slice(this.#at));
        return;
      }
      if (!isFlag(token)) {
        const { actions } = this.#index;
        // After flags an argument ends parsing, as in the daemons that this command replaces; before flags it is an
        // action.
        if (actions !== undefined && !actions.includes(token) && this.#at > 1) return;
        this.positionals.push(token);
        continue;
      }
      try {
        if (token.startsWith("--")) this.#long(token.slice(2));
        else if (this.#index.singleDash && token.length > 2) this.#long(token.slice(1));
        else this.#short(token.slice(1));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        this.error ??= error;
      }
    }
  }

  #long(text: string): void {
    const equals = text.indexOf("=");
    const name = equals === -1 ? text : text.slice(0, equals);
    const found = this.#index.long(name);
    if (found === undefined) {
      const hint = didYouMean(name, [...this.#index.byName.keys()], "--");
      throw new UsageError(`unknown flag: --${name}${hint}`);
    }
    this.#set(found, equals === -1 ? undefined : text.slice(equals + 1), `--${name}`);
  }

  #short(letters: string): void {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] ?? "";
      const found = this.#index.short(letter);
      if (found === undefined) {
        throw new UsageError(`unknown shorthand flag: '${letter}' in -${letters}`);
      }
      const rest = letters.slice(at + 1);
      const attached = rest.startsWith("=") ? rest.slice(1) : undefined;
      if (found.flag.type === "switch" && attached === undefined) {
        this.#set(found, undefined, "");
        continue;
      }
      this.#set(found, attached ?? (rest === "" ? undefined : rest), `'${letter}' in -${letters}`);
      return;
    }
  }

  #set({ name, flag }: NamedFlag, text: string | undefined, written: string): void {
    if (flag.type === "switch" && text === undefined) text = "true";
    if (text === undefined) {
      // The next word is the value even if it begins with a dash: `--since -1h`.
      text = this.#tokens[this.#at++];
      if (text === undefined) throw new UsageError(`flag needs an argument: ${written}`);
    }
    const label = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`;
    const value = parseValue(flag, label, text);
    if (name === "help") this.help ||= value === true;
    const before = this.values[name];
    this.values[name] = Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value;
  }
}
