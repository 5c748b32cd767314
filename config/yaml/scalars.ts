/**
 * Decoders of scalars: strings, numbers, booleans, enumerations.
 *
 * @module
 */
import type { Decoder, JsonSchema } from "./decoder.ts";

const TRUE = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/;
const FALSE = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/;
const OTHER_BASE = /^([+-]?)(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/;
const DECIMAL = /^[+-]?(?:(?:0|[1-9][\d_]*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Values that editors parse from unquoted text. Patterns are for names and URLs, which cannot be confused with these.
 */
const UNQUOTED: readonly string[] = ["string", "number", "boolean", "null"];

/**
 * A string as typed: `0123`, `1.50` and `true` need no quotes. An empty value is the empty string.
 *
 * @param schema Further keywords for editors, such as `pattern`; not checked here.
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

/** As {@linkcode text}, but an empty string means not set. */
export function filledText(description: string, schema: JsonSchema = {}): Decoder<string> {
  const inner = text(description, schema);
  return { schema: inner.schema, decode: (value) => inner.decode(value) || undefined };
}

/** Options of a number. */
export interface IntegerOptions {
  /** Further keywords for editors, such as `minimum`; not checked here. */
  readonly schema?: JsonSchema;
  /** Truncate fractions instead of rejecting them. Default false. */
  readonly dropsFraction?: boolean;
}

/**
 * An unquoted integer: `7180`, `7_180`, `0x1C0C`, `7180.0`. Leading zeros are rejected, since some readers interpret
 * them as octal. An empty value means not set.
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

/** An unquoted number: `1.5`. An empty value means not set. */
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

/** An unquoted boolean: `true`, `yes`, `on` and their opposites. An empty value means not set. */
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
 * One of several words, exact match. An empty string means not set.
 *
 * @param order When an invalid word is reported; see {@linkcode YamlValue.defer}.
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
