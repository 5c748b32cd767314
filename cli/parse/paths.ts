/**
 * Values of the form `role=path`.
 *
 * @module
 */
import { dirname } from "node:path";
import { UsageError } from "../errors.ts";

/** A role or key, and its path. */
export interface Pair {
  readonly key: string;
  readonly path: string;
}

/**
 * Splits each string at its first `=`.
 *
 * @param flag As in `--file`, for errors.
 * @throws {UsageError} When a part is missing or a role is repeated.
 */
export function parsePairs(flag: string, texts: readonly string[]): readonly Pair[] {
  const seen = new Set<string>();
  return texts.map((text) => {
    const at = text.indexOf("=");
    const key = text.slice(0, Math.max(0, at));
    const path = text.slice(at + 1);
    if (at < 1 || path === "") throw new UsageError(`${flag} ${JSON.stringify(text)} must be role=path`);
    if (seen.has(key)) throw new UsageError(`${flag} gives ${JSON.stringify(key)} twice`);
    seen.add(key);
    return { key, path };
  });
}

/** @throws {UsageError} When a path is not a readable file. */
export function requireFile(flag: string, path: string): void {
  let isFile: boolean;
  try {
    isFile = Deno.statSync(path).isFile;
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "does not exist" : "cannot be read";
    throw new UsageError(`${flag}: ${path} ${why}`, { cause });
  }
  if (!isFile) throw new UsageError(`${flag}: ${path} is not a regular file`);
}

/** @throws {UsageError} When the folder for an output file does not exist. */
export function requireFolderOf(flag: string, path: string): void {
  const folder = dirname(path);
  try {
    if (Deno.statSync(folder).isDirectory) return;
  } catch {
    // Whatever the reason, the error below covers it: nothing can be written there.
  }
  throw new UsageError(`${flag}: ${path} cannot be written, there is no folder ${folder}`);
}

/** Whether a directory entry exists, even if it is a dangling link. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
