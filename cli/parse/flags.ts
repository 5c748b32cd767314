/**
 * Kinds of flags, and the types of their values.
 *
 * @module
 */
import { parse as parseCsv } from "@std/csv/parse";
import { UsageError } from "../errors.ts";

/** Values that the shell can complete. */
export type Completion =
  | "file"
  | "folder"
  | "pair"
  | "host"
  | "label"
  | "lane"
  | "route"
  | "schedule"
  | "id"
  | "mission";

interface FlagFacts {
  /** One line for help, without a full stop. */
  readonly help: string;
  /** The short name, without its dash. */
  readonly short?: string;
  /** Placeholder of the value in help, such as `FILE`. */
  readonly value?: string;
  /** Completion of the value. */
  readonly complete?: Completion;
  /** Suggested values; others are accepted too. */
  readonly suggest?: readonly string[];
  /** Whether help marks it as required. The command itself checks it, in its order of checks. */
  readonly required?: true;
}

/** A string. The empty string means not given. */
export interface TextFlag extends FlagFacts {
  readonly type: "text";
  /** The accepted values. */
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** A boolean: `--x`, `--x=false`. */
export interface SwitchFlag extends FlagFacts {
  readonly type: "switch";
}

/** An integer. */
export interface IntFlag extends FlagFacts {
  readonly type: "int";
  readonly default?: number;
}

/** A repeatable string. */
export interface ListFlag extends FlagFacts {
  readonly type: "list";
}

/** As {@linkcode ListFlag}, with comma-separated values, in which double quotes protect commas. */
export interface CsvFlag extends FlagFacts {
  readonly type: "csv";
}

/** A flag of any type. */
export type Flag = TextFlag | SwitchFlag | IntFlag | ListFlag | CsvFlag;

/** Flags by their long name, without dashes. */
export type FlagGroup = Readonly<Record<string, Flag>>;

/** The value type of a flag. */
export type FlagValue<F> = F extends { readonly type: "switch" } ? boolean
  : F extends { readonly type: "list" | "csv" } ? readonly string[]
  : F extends { readonly type: "int"; readonly default: number } ? number
  : F extends { readonly type: "int" } ? number | undefined
  : F extends { readonly choices: readonly (infer Choice)[]; readonly default: string } ? Choice
  : F extends { readonly choices: readonly (infer Choice)[] } ? Choice | undefined
  : F extends { readonly default: string } ? string
  : string | undefined;

/** The values of a group of flags. */
export type Values<G> = { readonly [Name in keyof G]: FlagValue<G[Name]> };

/** A value, or a further value of a repeatable flag. */
export type ParsedValue = string | number | boolean | readonly string[] | undefined;

const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE: ReadonlySet<string> = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/**
 * Parses one value.
 *
 * @param label The flag as errors name it, such as `-o, --output`.
 * @throws {UsageError} When the string is not a valid value of the flag.
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
    throw invalid("its double quotes are not balanced");
  }
}

/** The value of a flag that is not given. */
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

/** The value of a required flag. @throws {UsageError} When it is not given. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new UsageError(`required flag "${name}" not set`);
  return value;
}
