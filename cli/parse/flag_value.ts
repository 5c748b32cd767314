/**
 * The text of a flag's value to the value.
 *
 * @module
 */
import { parse as parseCsv } from "@std/csv/parse";
import { UsageError } from "../errors.ts";
import type { Flag } from "./grammar.ts";

/** A value, or one more of a flag that may be repeated. */
export type ParsedValue = string | number | boolean | readonly string[] | undefined;

const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE: ReadonlySet<string> = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/**
 * Parses one value.
 *
 * @param label The flag as errors name it, such as `-o, --output`.
 * @throws {UsageError} When the text is none of the flag's values.
 */
export function parseValue(flag: Flag, label: string, text: string): ParsedValue {
  const invalid = (rule: string) =>
    new UsageError(`invalid argument ${JSON.stringify(text)} for "${label}" flag: ${rule}`);
  switch (flag.type) {
    case "switch":
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw invalid("must be true or false");
    case "int": {
      const value = Number(text);
      if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
      throw invalid("must be a whole number");
    }
    case "text":
      if (text === "") return flag.default;
      if (flag.choices === undefined || flag.choices.includes(text)) return text;
      throw invalid(`must be one of ${flag.choices.join(", ")}`);
    case "list":
      return [text];
    case "csv":
      return splitCsv(text, invalid);
    default:
      return flag satisfies never;
  }
}

function splitCsv(text: string, invalid: (rule: string) => UsageError): readonly string[] {
  if (text === "") return [];
  if (!text.includes('"')) return text.split(",");
  try {
    return parseCsv(text)[0] ?? [];
  } catch {
    throw invalid("its double quotes do not fit together");
  }
}

/** The value of a flag that was not given. */
export function defaultValue(flag: Flag): ParsedValue {
  switch (flag.type) {
    case "switch":
      return false;
    case "list":
    case "csv":
      return [];
    default:
      return flag.default;
  }
}
