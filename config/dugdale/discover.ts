/**
 * Which dugdale.yaml is used.
 *
 * @module
 */
import { join } from "node:path";
import { ConfigError } from "../config_error.ts";
import { isUsableFile, processEnv } from "../letts/discover.ts";
import type { Env } from "../variables.ts";

/** Where to look. */
export interface DiscoverDugdaleOptions {
  /** The environment. Default that of the process. */
  readonly env?: Env | undefined;
  /** Where `./dugdale.yaml` is looked for. Default the working directory. */
  readonly cwd?: string | undefined;
  /** The file of the whole machine. Default `/etc/letts/dugdale/default.yaml`. */
  readonly systemFile?: string | undefined;
}

/**
 * Finds the file: `path`, else `$DUGDALE_CONFIG`, both believed without a look, else `./dugdale.yaml`, else
 * `/etc/letts/dugdale/default.yaml`.
 *
 * @throws {ConfigError} With the stage `discovery` when there is none.
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
