/**
 * An error that was found but not yet reported, because another one may take precedence.
 *
 * @module
 */
import { ConfigError } from "../config_error.ts";
import type { Places } from "./places.ts";

/** One error in a configuration. */
export interface Problem {
  /** Path of the key, as written in the file. */
  readonly key: string;
  /** The reason, such as `must not be empty`. */
  readonly problem: string;
  /** The lowest is reported first; among equals the one found first. Default 0. */
  readonly order?: number;
  /** The id of the dugdale that the key belongs to. */
  readonly owner?: string | undefined;
}

/**
 * Throws the error with the lowest order, if any.
 *
 * @throws {ConfigError} The error, with its place.
 */
export function throwFirst(problems: Iterable<Problem>, places: Places, afterExtends = false): void {
  const [first] = [...problems].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  if (!first) return;
  const { key, owner } = first;
  throw new ConfigError(first.problem, { ...places.find(key), key, owner, afterExtends });
}
