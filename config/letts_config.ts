/**
 * The ways to a checked letts.yaml: from the one file that applies, from several on top of each other, or from
 * memory.
 *
 * @module
 */
import { discoverLettsFile, processEnv } from "./discover.ts";
import { demandPrivateMode, readFileText } from "./file_text.ts";
import { type LettsFile, parseLettsFile } from "./letts_file.ts";
import { mergeLettsFiles } from "./letts_merge.ts";
import { nameProblems } from "./letts_names.ts";
import { structureProblems } from "./letts_structure.ts";
import type { LettsYaml } from "./letts_yaml.ts";
import { Places } from "./places.ts";
import { throwFirst } from "./problem.ts";
import { LettsConfig } from "./resolve.ts";
import { extendDugdales } from "./templates.ts";
import type { Env } from "./variables.ts";

/** How a file is opened. */
export interface OpenLettsOptions {
  /** This file. Default the one that {@linkcode discoverLettsFile} finds. */
  readonly path?: string | URL | undefined;
  /** Variables for discovery and `${NAME}`. Default those of the process. */
  readonly env?: Env | undefined;
  /** Accept plain tokens in a file that others can read. Default false. */
  readonly insecurePermissions?: boolean | undefined;
}

/** How fields without a file of their own, or of several, are taken. */
export interface LettsConfigOptions {
  /** Variables for `${NAME}`. Default those of the process. */
  readonly env?: Env | undefined;
}

/**
 * Opens the letts.yaml that applies here.
 *
 * @throws {ConfigError} When none is found, it cannot be read, breaks a rule, or holds plain tokens and is open to
 * others; `stage` tells which.
 */
export function openLettsConfig(options: OpenLettsOptions = {}): LettsConfig {
  const { path, env = processEnv, insecurePermissions = false } = options;
  const content = readFileText(discoverLettsFile({ path, env }));
  const config = checked(parseLettsFile(content), env);
  const [plain] = config.plainTokens;
  if (plain && !insecurePermissions) demandPrivateMode(content, `a plain token (${plain.location})`);
  return config;
}

/**
 * Reads several files, each over the ones before it, as `apply -f a -f b` does. Their permissions are not looked
 * at; `plainTokens` of the result says what to warn about.
 *
 * @throws {ConfigError} When a file cannot be read, or one of them or all together break a rule.
 */
export function readLettsFiles(paths: readonly string[], options: LettsConfigOptions = {}): LettsConfig {
  const [first, ...others] = paths.map((path) => parseLettsFile(readFileText(path)));
  if (!first) throw new TypeError("readLettsFiles needs at least one path");
  const merged = others.reduce(mergeLettsFiles, first);
  throwFirst(nameProblems(merged.yaml), merged.places);
  return checked(merged, options.env ?? processEnv);
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
  return checked({ file: "", yaml: shape, places: new Places() }, options.env ?? processEnv);
}

function checked(source: LettsFile, env: Env): LettsConfig {
  const extended = extendDugdales(source.yaml, source.places);
  throwFirst(nameProblems(extended), source.places, true);
  throwFirst(structureProblems(extended), source.places, true);
  return new LettsConfig(source, extended, env);
}
