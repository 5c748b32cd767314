/**
 * From flags to a lane of one dugdale.
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

/** The flags that say where a mission goes. */
export type TargetValues = Values<typeof TARGET_FLAGS>;

/** Where a mission goes. */
export interface CliTarget {
  readonly dugdale: DugdaleEntry;
  readonly lane: string;
}

/**
 * Resolves `--route`, `--host`, `--lane` and `--match`; among several dugdales that fit, chance decides.
 *
 * @throws {UsageError} When the flags do not go together.
 * @throws {CommandError} When letts.yaml knows no such route, host, or dugdale with the lane.
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
  if (lane === undefined) throw new UsageError("one of --route, --host and --lane is required");
  return lookUp(() => resolveAddress({ match, lane }, config, config.selectorMatch));
}

/** The dugdale of an id or alias. @throws {CommandError} When letts.yaml knows none. */
export function findDugdale(config: LettsConfig, host: string): DugdaleEntry {
  return lookUp(() => config.dugdale(host));
}

/** An unknown host is invalid usage of the command, not a fault of the file. */
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

/** The elements of a comma list, trimmed, without empty ones and repeats, in their order. */
export function splitHosts(list: string | undefined): readonly string[] {
  const names = (list ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  return [...new Set(names)];
}
