/**
 * What is thrown when a configuration file cannot be used.
 *
 * @module
 */
import { LettsError } from "../protocol/letts_error.ts";

/**
 * Which step failed: finding the file, reading and checking it, its permissions, the paths that it names, or a
 * later look-up in a file that was fine by itself.
 */
export type ConfigStage = "discovery" | "parse" | "permissions" | "paths" | "use";

/** Where the fault lies; each part is left out when it does not apply. */
export interface ConfigErrorPlace {
  /** Default `parse`. */
  readonly stage?: ConfigStage | undefined;
  /** As it was given, so relative paths stay relative. */
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
  /** Path of the key, such as `dugdales[0].port` or `routes["normal"].lane`. */
  readonly key?: string | undefined;
  /** The id of the dugdale that `key` belongs to, said beside an index that is hard to count to. */
  readonly owner?: string | undefined;
  /** The id of the dugdale that was asked for. */
  readonly host?: string | undefined;
  /** The fault shows only after templates were filled in. */
  readonly afterExtends?: boolean | undefined;
}

/**
 * letts.yaml or dugdale.yaml cannot be used, or does not say what a call needs: an unknown host, no token. The message
 * is one line: `<file>:<line>: <key>: <what is wrong>`. Code `config`.
 */
export class ConfigError extends LettsError {
  /** The name of the class. */
  override readonly name: string = "ConfigError";
  /** Which step failed. */
  readonly stage: ConfigStage;
  /** The file, as it was given. */
  readonly file: string | undefined;
  /** The line, from 1. */
  readonly line: number | undefined;
  /** Path of the key, such as `dugdales[0].port`. */
  readonly key: string | undefined;

  /** Makes the message of what is wrong, such as `must not be empty`, and its place. */
  constructor(
    problem: string,
    place: ConfigErrorPlace = {},
    { cause, code = "config" }: ErrorOptions & { readonly code?: "config" | "missing_variable" } = {},
  ) {
    super(code, [...prefixes(place), problem].join(": "), { host: place.host, cause });
    this.stage = place.stage ?? "parse";
    this.file = place.file;
    this.line = place.line;
    this.key = place.key;
  }
}

/** A `${NAME}` that is needed and not set. Code `missing_variable`. */
export class MissingVariableError extends ConfigError {
  /** The name of the class. */
  override readonly name: string = "MissingVariableError";
  /** The name of the variable, without `${}`. */
  readonly variable: string;

  /** Names the variable that is needed at a place. */
  constructor(variable: string, place: ConfigErrorPlace = {}) {
    super(`the environment variable ${variable} is not set`, { stage: "use", ...place }, {
      code: "missing_variable",
    });
    this.variable = variable;
  }
}

function prefixes({ file, line, key, owner, afterExtends }: ConfigErrorPlace): string[] {
  const parts: string[] = [];
  if (file !== undefined && afterExtends) {
    parts.push(`${file} (post-extends)`);
    if (line !== undefined) parts.push(`line ${line}`);
  } else if (file !== undefined) {
    parts.push(line === undefined ? file : `${file}:${line}`);
  }
  if (key) parts.push(owner ? `${key} ("${owner}")` : key);
  return parts;
}
