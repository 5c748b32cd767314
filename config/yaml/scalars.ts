/**
 * Decoders of single values: strings, whole numbers, yes or no, one word of a few.
 *
 * @module
 */
import type { Decoder, JsonSchema } from "./decoder.ts";

const TRUE = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/;
const FALSE = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/;
const OTHER_BASE = /^([+-]?)(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/;
const DECIMAL = /^[+-]?(?:(?:0|[1-9][\d_]*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** What editors take an unquoted string for. One with a pattern is a name or a URL, which none of the others is. */
const UNQUOTED: readonly string[] = ["string", "number", "boolean", "null"];

/**
 * A string as it was typed: `0123`, `1.50` and `true` need no quotes. Nothing at all is the empty string.
 *
 * @param schema Further keywords for editors, such as `pattern`; nothing is checked here.
 */
export function text(description: string, schema: JsonSchema = {}): Decoder<string> {
  return {
    schema: { type: "pattern" in schema ? "string" : UNQUOTED, description, ...schema },
    decode(value) {
      if (value.kind === "map" || value.kind === "list") {
        value.fail(`must be a string, not ${value.kindWords}`);
      }
      return value.kind === "null" ? "" : value.text;
    },
  };
}

/** As {@linkcode text}, but the empty string counts as not written. */
export function filledText(description: string, schema: JsonSchema = {}): Decoder<string> {
  const inner = text(description, schema);
  return { schema: inner.schema, decode: (value) => inner.decode(value) || undefined };
}

/** How a number is read. */
export interface IntegerOptions {
  /** Further keywords for editors, such as `minimum`; nothing is checked here. */
  readonly schema?: JsonSchema;
  /** Cut fractions off instead of refusing them. Default false. */
  readonly dropsFraction?: boolean;
}

/**
 * An unquoted whole number: `7180`, `7_180`, `0x1C0C`, `7180.0`. Leading zeros are refused, since some readers
 * take them for octal. Nothing at all counts as not written.
 */
export function integer(description: string, options: IntegerOptions = {}): Decoder<number> {
  return {
    schema: { type: "integer", description, ...options.schema },
    decode(value) {
      if (value.kind === "null") return undefined;
      if (value.kind !== "plain") value.fail(`must be a number without quotes, not ${value.kindWords}`);
      const number = toNumber(value.text);
      const whole = options.dropsFraction ? Math.trunc(number) : number;
      if (!Number.isSafeInteger(whole)) value.fail(`must be a whole number, not ${value.text}`);
      return whole || 0; // -0 is 0
    },
  };
}

/** An unquoted number, perhaps with a fraction: `1.5`. Nothing at all counts as not written. */
export function number(description: string, schema: JsonSchema = {}): Decoder<number> {
  return {
    schema: { type: "number", description, ...schema },
    decode(value) {
      if (value.kind === "null") return undefined;
      if (value.kind !== "plain") value.fail(`must be a number without quotes, not ${value.kindWords}`);
      const typed = toNumber(value.text);
      return Number.isFinite(typed) ? typed : value.fail(`must be a number, not ${value.text}`);
    },
  };
}

/** An unquoted yes or no: `true`, `yes`, `on` and their opposites. Nothing at all counts as not written. */
export function flag(description: string, schema: JsonSchema = {}): Decoder<boolean> {
  return {
    schema: { type: "boolean", description, ...schema },
    decode(value) {
      if (value.kind === "null") return undefined;
      if (value.kind !== "plain") value.fail(`must be true or false without quotes, not ${value.kindWords}`);
      if (TRUE.test(value.text)) return true;
      if (FALSE.test(value.text)) return false;
      return value.fail(`must be true or false, not ${value.text}`);
    },
  };
}

/**
 * One of a few words, exactly. The empty string counts as not written.
 *
 * @param order When the fault of another word is told; see {@linkcode YamlValue.defer}.
 */
export function choice<Word extends string>(
  description: string,
  words: readonly Word[],
  order: number,
  schema: JsonSchema = {},
): Decoder<Word> {
  const inner = filledText(description, { enum: words, ...schema });
  return {
    schema: inner.schema,
    decode(value) {
      const typed = inner.decode(value);
      const word = words.find((known) => known === typed);
      if (typed !== undefined && word === undefined) {
        value.defer(order, `must be ${words.join(", ")}, not ${JSON.stringify(typed)}`);
      }
      return word;
    },
  };
}

function toNumber(typed: string): number {
  const other = OTHER_BASE.exec(typed);
  if (other?.[2]) return Number(other[2].replaceAll("_", "")) * (other[1] === "-" ? -1 : 1);
  return DECIMAL.test(typed) ? Number(typed.replaceAll("_", "")) : NaN;
}
