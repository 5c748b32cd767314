/**
 * Selects the dugdales that run a command.
 *
 * @module
 */
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { findDugdale, splitHosts } from "../target.ts";

/** Flags of the selection. */
export interface ExecHostFlags {
  readonly host: string | undefined;
  readonly match: readonly string[];
  readonly all: boolean;
}

/**
 * At least one dugdale, without duplicates. Without a flag, the only one of letts.yaml.
 *
 * @throws {UsageError} When not exactly one of the flags is given, a host is unknown, or none matches.
 */
export function execHosts(config: LettsConfig, lane: string, flags: ExecHostFlags): readonly DugdaleEntry[] {
  const { host, match, all } = flags;
  const given = [host !== undefined, match.length > 0, all].filter((one) => one).length;
  const [only, ...others] = config.dugdales;
  if (given === 0 && only !== undefined && others.length === 0) return [only];
  if (given !== 1) throw new UsageError("exactly one of --host, --match and --all is required");
  const hosts = host === undefined
    ? config.candidates(lane, match)
    : [...new Map(splitHosts(host).map((name) => known(config, name)).map((one) => [one.id, one])).values()];
  if (hosts.length > 0) return hosts;
  if (host !== undefined) throw new UsageError("--host names no dugdale");
  const labels = match.length === 0 ? "" : ` and the labels ${match.join(", ")}`;
  throw new UsageError(`no dugdale has the lane ${JSON.stringify(lane)}${labels}`);
}

function known(config: LettsConfig, name: string): DugdaleEntry {
  try {
    return findDugdale(config, name);
  } catch (cause) {
    if (cause instanceof CommandError) throw new UsageError(`--host: ${cause.message}`, { cause });
    throw cause;
  }
}
