/**
 * Checks the paths in dugdale.yaml before a dugdale changes anything.
 *
 * @module
 */
import { closeSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { geteuid } from "node:process";
import { ConfigError } from "../config_error.ts";
import type { DugdaleConfig } from "./config.ts";
import { isMissing, reason } from "../file_text.ts";

const PROBE = ".letts-probe-";

/**
 * Checks that files can be created in `data_dir`, or in the directory in which it will be created, and that the files
 * of log and audit can be written.
 *
 * @param file Named in errors.
 * @throws {ConfigError} With stage `paths`.
 */
export function checkDugdalePaths(config: DugdaleConfig, file?: string): void {
  attempt("data_dir", file, () => {
    const { dataDir } = config;
    const there = exists(dataDir);
    requireWritableDirectory(there ? dataDir : dirname(resolve(dataDir)));
    if (there) requirePrivate(dataDir);
  });
  const { audit, log: { output, outputs } } = config;
  const isStream = output === "stdout" || output === "stderr";
  if (outputs.length === 0 && !isStream) attempt("log.output", file, () => requireWritableFile(output));
  for (const [index, { type, path }] of outputs.entries()) {
    if (type === "file") attempt(`log.outputs[${index}].path`, file, () => requireWritableFile(path));
  }
  if (audit.file !== "") attempt("audit.file", file, () => requireWritableFile(audit.file));
}

function requireWritableFile(path: string): void {
  if (!exists(path)) return requireWritableDirectory(dirname(resolve(path)));
  if (statSync(path).isDirectory()) throw new Error(`${path} is a directory`);
  closeSync(openSync(path, "a"));
}

/**
 * Checks that a data directory belongs to the user that runs the dugdale, and that it is not writable by everyone: a
 * user who can create links in it could choose which files are overwritten.
 *
 * @throws {ConfigError} With stage `paths`, and the command that repairs it.
 */
export function checkDataDirPrivate(dataDir: string): void {
  attempt("data_dir", undefined, () => requirePrivate(dataDir));
}

function requirePrivate(directory: string): void {
  const { uid, mode } = statSync(directory);
  const user = geteuid?.();
  if (user === undefined) return; // no such permissions on this system
  if (uid !== user) {
    throw new Error(
      `${directory} belongs to user ${uid}, the dugdale runs as user ${user}; run: chown -R ${user} ${directory}`,
    );
  }
  if ((mode & 0o002) !== 0) {
    throw new Error(`${directory} can be written by every user; run: chmod 700 ${directory}`);
  }
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
  closeSync(openSync(join(directory, `${PROBE}${randomUUID()}`), "wx", 0o600));
  // Including those left by checks that were killed.
  for (const name of readdirSync(directory)) {
    if (name.startsWith(PROBE)) rmSync(join(directory, name), { force: true });
  }
}

function exists(path: string): boolean {
  try {
    return statSync(path) !== undefined;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
