/**
 * Whether the paths in dugdale.yaml can be used, before a dugdale touches anything.
 *
 * @module
 */
import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../config_error.ts";
import type { DugdaleConfig } from "./config.ts";
import { isMissing, reason } from "../file_text.ts";

/**
 * Checks that files can be made in `data_dir`, or in the directory that it will be made in, and that the log
 * file can be written.
 *
 * @param file Named in errors.
 * @throws {ConfigError} With the stage `paths`.
 */
export function checkDugdalePaths(config: DugdaleConfig, file?: string): void {
  attempt("data_dir", file, () => {
    const { dataDir } = config;
    requireWritableDirectory(exists(dataDir) ? dataDir : dirname(resolve(dataDir)));
  });
  const { output } = config.log;
  if (output === "stdout" || output === "stderr") return;
  attempt("log.output", file, () => {
    if (!exists(output)) return requireWritableDirectory(dirname(resolve(output)));
    if (statSync(output).isDirectory()) throw new Error(`${output} is a directory`);
    closeSync(openSync(output, "a"));
  });
}

function attempt(key: string, file: string | undefined, check: () => void): void {
  try {
    check();
  } catch (cause) {
    throw new ConfigError(`cannot be used: ${reason(cause)}`, { stage: "paths", file, key }, { cause });
  }
}

function requireWritableDirectory(directory: string): void {
  if (!statSync(directory).isDirectory()) throw new Error(`${directory} is not a directory`);
  const probe = join(directory, `.letts-probe-${randomUUID()}`);
  closeSync(openSync(probe, "wx", 0o600));
  unlinkSync(probe);
}

function exists(path: string): boolean {
  try {
    return statSync(path) !== undefined;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
