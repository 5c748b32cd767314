/**
 * Discovery of letts.yaml.
 *
 * @module
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../config_error.ts";
import { isMissing, reason } from "../file_text.ts";
import type { Env } from "../variables.ts";

/** Where to look. */
export interface DiscoverOptions {
  /** Use this file only. */
  readonly path?: string | URL | undefined;
  /** Environment variables. Default: those of the process. */
  readonly env?: Env | undefined;
  /** Directory of `./letts.yaml`. Default: the working directory. */
  readonly cwd?: string | undefined;
  /** The system-wide file. Default `/etc/letts/letts.yaml`. */
  readonly systemFile?: string | undefined;
}

/** An environment variable, on Deno and Node. */
export function processEnv(name: string): string | undefined {
  return process.env[name];
}

/**
 * Finds the file: `path`, then `$LETTS_CONFIG`, then the first existing of `./letts.yaml`,
 * `$XDG_CONFIG_HOME/letts/letts.yaml`, `$HOME/.letts/letts.yaml` and `/etc/letts/letts.yaml`.
 *
 * @throws {ConfigError} With stage `discovery` when the requested file, or any, does not exist.
 */
export function discoverLettsFile(options: DiscoverOptions = {}): string {
  return findLettsFile(options).file;
}

/** As {@linkcode discoverLettsFile}; `named` is true if the caller chose the file explicitly. */
export function findLettsFile(
  options: DiscoverOptions = {},
): { readonly file: string; readonly named: boolean } {
  const { path, env = processEnv, cwd, systemFile = "/etc/letts/letts.yaml" } = options;
  if (path !== undefined && path !== "") {
    return { file: requireFile(typeof path === "string" ? path : fileURLToPath(path)), named: true };
  }
  const variable = env("LETTS_CONFIG");
  if (variable) return { file: requireFile(variable, "LETTS_CONFIG names it, but "), named: true };
  const xdg = env("XDG_CONFIG_HOME");
  const home = env("HOME");
  const candidates = [
    cwd === undefined ? "letts.yaml" : join(cwd, "letts.yaml"),
    ...(xdg ? [join(xdg, "letts", "letts.yaml")] : []),
    ...(home ? [join(home, ".letts", "letts.yaml")] : []),
    systemFile,
  ];
  const found = candidates.find(isUsableFile);
  if (found !== undefined) return { file: found, named: false };
  throw new ConfigError(`there is no letts.yaml; searched ${candidates.join(", ")}`, { stage: "discovery" });
}

function requireFile(file: string, because = ""): string {
  try {
    if (!statSync(file).isDirectory()) return file;
  } catch (cause) {
    throw new ConfigError(`${because}cannot be used: ${reason(cause)}`, { stage: "discovery", file }, {
      cause,
    });
  }
  throw new ConfigError(`${because}is a directory`, { stage: "discovery", file });
}

/**
 * Whether a readable file exists.
 *
 * @throws {ConfigError} When this cannot be determined, for example for lack of permission.
 */
export function isUsableFile(file: string): boolean {
  try {
    return !statSync(file).isDirectory();
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw new ConfigError(`cannot be looked at: ${reason(cause)}`, { stage: "discovery", file }, { cause });
  }
}
