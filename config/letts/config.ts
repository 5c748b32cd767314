/**
 * Builds a validated configuration from the fields of a letts.yaml.
 *
 * @module
 */
import { processEnv } from "./discover.ts";
import type { LettsFile } from "./file.ts";
import { nameProblems } from "./names.ts";
import { structureProblems } from "./structure.ts";
import type { LettsYaml } from "./types.ts";
import { Places } from "../yaml/places.ts";
import { throwFirst } from "../yaml/problem.ts";
import { LettsConfig } from "./resolve.ts";
import { extendDugdales } from "./templates.ts";
import type { Env } from "../variables.ts";

/** Options for fields from memory or from several files. */
export interface LettsConfigOptions {
  /** Variables for `${NAME}`. Default: those of the process. */
  readonly env?: Env | undefined;
}

/**
 * Builds a configuration from fields in memory, with all checks of a file except permissions.
 *
 * @example
 * ```ts
 * const config = lettsConfig({ dugdales: [{ id: "here", host: "127.0.0.1", token: "t" }] });
 * config.baseUrl(config.dugdale("here")); // http://127.0.0.1:7180/
 * ```
 * @throws {ConfigError} When they are invalid.
 */
export function lettsConfig(shape: LettsYaml, options: LettsConfigOptions = {}): LettsConfig {
  throwFirst(nameProblems(shape), new Places());
  return checkedConfig({ file: "", yaml: shape, places: new Places() }, options.env ?? processEnv);
}

/**
 * Applies templates and checks references.
 *
 * @throws {ConfigError} When a reference is dangling, or a rule is violated.
 */
export function checkedConfig(source: LettsFile, env: Env): LettsConfig {
  const extended = extendDugdales(source.yaml, source.places);
  throwFirst(nameProblems(extended), source.places, true);
  throwFirst(structureProblems(extended), source.places, true);
  return new LettsConfig(source, extended, env);
}
