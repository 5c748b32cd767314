/**
 * Opens the applicable letts.yaml, or several merged ones. Separate from `config.ts`, because reading YAML takes 7 MB
 * that programs without a file do not need.
 *
 * @module
 */
import { findLettsFile, processEnv } from "./discover.ts";
import { readFileText, requirePrivateMode, requireTrusted } from "../file_text.ts";
import { checkedConfig, type LettsConfigOptions } from "./config.ts";
import { parseLettsFile } from "./file.ts";
import { mergeLettsFiles } from "./merge.ts";
import { nameProblems } from "./names.ts";
import { throwFirst } from "../yaml/problem.ts";
import type { LettsConfig } from "./resolve.ts";
import type { Env } from "../variables.ts";

/** Options for opening a file. */
export interface OpenLettsOptions {
  /**
   * The file to open. Default: the one found by {@linkcode discoverLettsFile}, which must belong to this user or to
   * root, and must not be writable by others.
   */
  readonly path?: string | URL | undefined;
  /** Variables for discovery and `${NAME}`. Default: those of the process. */
  readonly env?: Env | undefined;
  /** Accept plain tokens in a file that others can read, and a file that others can write. Default false. */
  readonly insecurePermissions?: boolean | undefined;
}

/**
 * Opens the letts.yaml that applies here.
 *
 * @throws {ConfigError} When none is found, or it cannot be read, is invalid, or has plain tokens and permissions that
 * let others access it; `stage` tells which.
 */
export function readLettsConfig(options: OpenLettsOptions = {}): LettsConfig {
  const { path, env = processEnv, insecurePermissions = false } = options;
  const { file, named } = findLettsFile({ path, env });
  const content = readFileText(file);
  // Checked before its content is used: it may send the tokens of the environment elsewhere.
  if (!named && !insecurePermissions) requireTrusted(content, env("SUDO_UID"));
  const config = checkedConfig(parseLettsFile(content), env);
  const [plain] = config.plainTokens;
  if (plain && !insecurePermissions) requirePrivateMode(content, `a plain token (${plain.location})`);
  return config;
}

/**
 * Reads several files, each merged over the previous ones, as `apply -f a -f b` does. Permissions are not checked;
 * `plainTokens` of the result lists what to warn about.
 *
 * @throws {ConfigError} When a file cannot be read, or a file or the merged result is invalid.
 */
export function readLettsFiles(paths: readonly string[], options: LettsConfigOptions = {}): LettsConfig {
  const [first, ...others] = paths.map((path) => parseLettsFile(readFileText(path)));
  if (!first) throw new TypeError("readLettsFiles needs at least one path");
  const merged = others.reduce(mergeLettsFiles, first);
  throwFirst(nameProblems(merged.yaml), merged.places);
  return checkedConfig(merged, options.env ?? processEnv);
}
