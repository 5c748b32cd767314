/**
 * From the fields of a letts.yaml to a checked configuration.
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

/** How fields without a file of their own, or of several, are taken. */
export interface LettsConfigOptions {
  /** Variables for `${NAME}`. Default those of the process. */
  readonly env?: Env | undefined;
}

/**
 * Takes the fields of a letts.yaml from memory, with all checks of a file but those of permissions.
 *
 * @example
 * ```ts
 * const config = lettsConfig({ dugdales: [{ id: "here", host: "127.0.0.1", token: "t" }] });
 * config.baseUrl(config.dugdale("here")); // http://127.0.0.1:7180/
 * ```
 * @throws {ConfigError} When they break a rule.
 */
export function lettsConfig(shape: LettsYaml, options: LettsConfigOptions = {}): LettsConfig {
  throwFirst(nameProblems(shape), new Places());
  return checkedConfig({ file: "", yaml: shape, places: new Places() }, options.env ?? processEnv);
}

/**
 * Fills in templates and checks what refers to something.
 *
 * @throws {ConfigError} When something leads nowhere, or breaks a rule after all.
 */
export function checkedConfig(source: LettsFile, env: Env): LettsConfig {
  const extended = extendDugdales(source.yaml, source.places);
  throwFirst(nameProblems(extended), source.places, true);
  throwFirst(structureProblems(extended), source.places, true);
  return new LettsConfig(source, extended, env);
}
