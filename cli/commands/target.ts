/**
 * Resolves flags to a lane of one dugdale.
 *
 * @module
 */
import { resolveAddress } from "../../client/address.ts";
import { NoMatchingDugdaleError } from "../../client/errors.ts";
import { ConfigError } from "../../config/config_error.ts";
import type { DugdaleEntry } from "../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import { CommandError, UsageError } from "../errors.ts";
import type { Values } from "../parse/flags.ts";
import type { TARGET_FLAGS } from "./shared_flags.ts";

/** Flags of the destination. */
export type TargetValues = Values<typeof TARGET_FLAGS>;

const DEFAULT_ROUTE = "default";

/** The destination of a mission. */
export interface CliTarget {
  readonly dugdale: DugdaleEntry;
  readonly lane: string;
}

/**
 * Resolves `--route`, `--host`, `--lane` and `--match`; if several dugdales match, one is chosen at random.
 *
 * @throws {UsageError} When the flags conflict.
 * @throws {CommandError} When letts.yaml does not define the route or host, or no dugdale has the lane.
 */
export function resolveTarget(config: LettsConfig, { route, host, lane, match }: TargetValues): CliTarget {
  if (route !== undefined) {
    if (host !== undefined) throw new UsageError("--route and --host cannot be used together");
    if (lane !== undefined) throw new UsageError("--route and --lane cannot be used together");
    return lookUp(() => config.route(route));
  }
  if (host !== undefined) {
    const dugdale = findDugdale(config, host);
    if (lane === undefined) throw new UsageError("--host needs --lane");
    return { dugdale, lane };
  }
  if (lane === undefined) return defaultTarget(config);
  return lookUp(() => resolveAddress({ match, lane }, config, config.selectorMatch));
}

/**
 * Without a flag: the route `default`, or the only lane of the only dugdale. @throws {UsageError} When neither exists.
 */
function defaultTarget(config: LettsConfig): CliTarget {
  if (config.routeNames.includes(DEFAULT_ROUTE)) return lookUp(() => config.route(DEFAULT_ROUTE));
  const [dugdale, ...others] = config.dugdales;
  const [lane, ...more] = dugdale?.lanes.keys() ?? [];
  if (dugdale !== undefined && lane !== undefined && others.length + more.length === 0) {
    return { dugdale, lane };
  }
  throw new UsageError("one of --route, --host and --lane is required");
}

/** The dugdale of `--host`, or the only one of letts.yaml. @throws {UsageError} When there are several. */
export function oneDugdale(config: LettsConfig, host: string | undefined): DugdaleEntry {
  if (host !== undefined) return findDugdale(config, host);
  const [only, ...others] = config.dugdales;
  if (only !== undefined && others.length === 0) return only;
  const ids = config.dugdales.map(({ id }) => id).join(", ") || "none";
  throw new UsageError(`required flag "host" not set; the dugdales of letts.yaml are: ${ids}`);
}

/** The dugdale of an id or alias. @throws {CommandError} When letts.yaml does not define it. */
export function findDugdale(config: LettsConfig, host: string): DugdaleEntry {
  return lookUp(() => config.dugdale(host));
}

/** An unknown host is invalid usage of the command, not an error in the file. */
function lookUp<Value>(find: () => Value): Value {
  try {
    return find();
  } catch (cause) {
    if (cause instanceof ConfigError || cause instanceof NoMatchingDugdaleError) {
      throw new CommandError(cause.message, { cause });
    }
    throw cause;
  }
}

/** The elements of a comma-separated list, trimmed, without empty ones and duplicates, in order. */
export function splitHosts(list: string | undefined): readonly string[] {
  const names = (list ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  return [...new Set(names)];
}
