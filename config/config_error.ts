/**
 * Errors of configuration files.
 *
 * @module
 */
import { LettsError } from "../protocol/letts_error.ts";

/**
 * The step that failed: finding the file, reading and validating it, its permissions, the paths in it, or a later
 * lookup in a valid file.
 */
export type ConfigStage = "discovery" | "parse" | "permissions" | "paths" | "use";

/** Where the error is; parts that do not apply are omitted. */
export interface ConfigErrorPlace {
  /** Default `parse`. */
  readonly stage?: ConfigStage | undefined;
  /** As given, so relative paths stay relative. */
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
  /** Path of the key, such as `dugdales[0].port` or `routes["normal"].lane`. */
  readonly key?: string | undefined;
  /** The id of the dugdale that `key` belongs to, printed beside an index that is hard to count. */
  readonly owner?: string | undefined;
  /** The id of the requested dugdale. */
  readonly host?: string | undefined;
  /** Whether the error appears only after templates are applied. */
  readonly afterExtends?: boolean | undefined;
}

/**
 * letts.yaml or dugdale.yaml is invalid, or lacks what a call needs, such as a host or a token. The message is one
 * line: `<file>:<line>: <key>: <reason>`. Code `config`.
 */
export class ConfigError extends LettsError {
  /** The name of the class. */
  override readonly name: string = "ConfigError";
  /** The step that failed. */
  readonly stage: ConfigStage;
  /** The file, as given. */
  readonly file: string | undefined;
  /** The line, from 1. */
  readonly line: number | undefined;
  /** Path of the key, such as `dugdales[0].port`. */
  readonly key: string | undefined;

  /** Takes the reason, such as `must not be empty`, and the place. */
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

/** A required `${NAME}` is not set. Code `missing_variable`. */
export class MissingVariableError extends ConfigError {
  /** The name of the class. */
  override readonly name: string = "MissingVariableError";
  /** The name of the variable, without `${}`. */
  readonly variable: string;

  /** Takes the name of the variable and the place where it is used. */
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
