/**
 * Destinations of execs' output files: paths that do not exist yet, written all or none.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import type { RunResult } from "../../../client/types.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { exists, type Pair } from "../../parse/paths.ts";

/** A file of one dugdale and its local path. */
export interface OutTarget {
  readonly host: string;
  readonly key: string;
  readonly path: string;
}

/** A path that already exists. */
export class OutputExistsError extends UsageError {
  constructor(path: string) {
    super(`output_exists: ${path}`);
  }
}

/**
 * The destinations for all dugdales. With `named`, the id of the dugdale is part of the name: `r.png` becomes
 * `r-s1.png`.
 */
export function outTargets(
  outputs: readonly Pair[],
  hosts: readonly string[],
  named: boolean,
): readonly OutTarget[] {
  return hosts.flatMap((host) =>
    outputs.map(({ key, path }) => ({ host, key, path: named ? withHost(path, host) : path }))
  );
}

function withHost(path: string, host: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const at = dot === -1 ? path.length : path.length - name.length + dot;
  return `${path.slice(0, at)}-${host}${path.slice(at)}`;
}

/** @throws {OutputExistsError} When a destination exists. */
export function requireNew(targets: readonly OutTarget[]): void {
  for (const { path } of targets) if (exists(path)) throw new OutputExistsError(path);
}

/**
 * Fetches all files beside their destinations, then moves them into place. If one fails, none is kept.
 *
 * @throws {OutputExistsError} When a destination exists by now.
 * @throws {CommandError} When a command created no such file.
 */
export async function saveAll(
  client: LettsClient,
  targets: readonly OutTarget[],
  results: ReadonlyMap<string, RunResult>,
  signal: AbortSignal,
): Promise<void> {
  const wanted = targets.flatMap((target) => {
    const result = results.get(target.host);
    return result === undefined
      ? []
      : [{ ...target, result, temporary: `${target.path}.tmp.${randomWord()}` }];
  });
  const placed: string[] = [];
  try {
    requireNew(wanted);
    for (const { key, host, result, temporary } of wanted) {
      if (!result.outputFiles[key]?.staging_id) {
        throw new CommandError(`${host}: the command left no output ${JSON.stringify(key)}`);
      }
      await client.saveOutput(result, key, temporary, { signal });
    }
    for (const { path, temporary } of wanted) {
      place(temporary, path);
      placed.push(path);
    }
  } catch (error) {
    for (const path of placed) remove(path);
    throw error;
  } finally {
    for (const { temporary } of wanted) remove(temporary);
  }
}

/** Linking fails if the name exists, so an existing file is never replaced. */
function place(temporary: string, path: string): void {
  try {
    Deno.linkSync(temporary, path);
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists || exists(path)) throw new OutputExistsError(path);
    // Some file systems have no hard links.
    Deno.renameSync(temporary, path);
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function randomWord(): string {
  return crypto.randomUUID().slice(0, 8);
}
