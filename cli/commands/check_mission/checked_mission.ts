/**
 * The checked mission: its command, input and input files.
 *
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import { missionFile } from "../../../dugdale/interpreters.ts";
import { FILE_ROLE } from "../../../protocol/names.ts";
import { UsageError } from "../../errors.ts";
import { type Pair, parsePairs } from "../../parse/paths.ts";
import type { PipedFiles } from "../../parse/piped_files.ts";
import { commandFor, surroundings } from "../run/interpreter.ts";

/** What both runs share. */
export interface CheckedMission {
  /** Command line, ready to start. */
  readonly command: readonly string[];
  /** JSON text. */
  readonly input: string;
  readonly files: readonly Pair[];
  readonly timeoutMs: number;
}

/**
 * The command of a script.
 *
 * @throws {UsageError} When the file does not exist, or its interpreter is unknown.
 * @throws {CommandError} When its interpreter is not installed.
 */
export function commandOf(file: string): readonly string[] {
  const path = realpathOf(missionFile(file) ?? file);
  return template(file, path).map((part) => part === "{mission_path}" ? path : part);
}

function template(file: string, path: string): readonly string[] {
  try {
    return commandFor(path, surroundings());
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`${file} is not executable, and its ending names no program`, { cause });
  }
}

/** @throws {UsageError} When a role or a path is invalid. */
export async function inputFiles(texts: readonly string[], piped: PipedFiles): Promise<readonly Pair[]> {
  const files: Pair[] = [];
  for (const { key, path } of parsePairs("--file", texts)) {
    const fault = FILE_ROLE.fault(key, "role");
    if (fault !== undefined) throw new UsageError(`--file: ${fault}`);
    files.push({ key, path: realpathSync(await piped.path("--file", path)) });
  }
  return files;
}

function realpathOf(file: string): string {
  try {
    const path = realpathSync(file);
    if (statSync(path).isFile()) return path;
  } catch (cause) {
    throw new UsageError(`there is no mission ${file}`, { cause });
  }
  throw new UsageError(`${file} is not a regular file`);
}
