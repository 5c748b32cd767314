/**
 * Discovery of dugdale.yaml.
 *
 * @module
 */
import { join } from "node:path";
import { ConfigError } from "../config_error.ts";
import { isUsableFile, processEnv } from "../letts/discover.ts";
import type { Env } from "../variables.ts";

/** Where to look. */
export interface DiscoverDugdaleOptions {
  /** Environment variables. Default: those of the process. */
  readonly env?: Env | undefined;
  /** Directory of `./dugdale.yaml`. Default: the working directory. */
  readonly cwd?: string | undefined;
  /** The system-wide file. Default `/etc/letts/dugdale/default.yaml`. */
  readonly systemFile?: string | undefined;
}

/**
 * Finds the file: `path`, then `$DUGDALE_CONFIG`, neither of which is checked for existence, then `./dugdale.yaml`,
 * then `/etc/letts/dugdale/default.yaml`.
 *
 * @throws {ConfigError} With stage `discovery` when there is none.
 */
export function discoverDugdaleFile(path?: string, options: DiscoverDugdaleOptions = {}): string {
  if (path) return path;
  const { env = processEnv, cwd, systemFile = "/etc/letts/dugdale/default.yaml" } = options;
  const named = env("DUGDALE_CONFIG");
  if (named) return named;
  const candidates = [cwd === undefined ? "dugdale.yaml" : join(cwd, "dugdale.yaml"), systemFile];
  const found = candidates.find(isUsableFile);
  if (found !== undefined) return found;
  throw new ConfigError(`there is no dugdale.yaml; searched ${candidates.join(", ")}`, {
    stage: "discovery",
  });
}
