/**
 * Resolves an address to one dugdale and lane.
 *
 * @module
 */
import type { DugdaleEntry } from "../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import { type LaneName, parseLaneName } from "../protocol/names.ts";
import { argument } from "./arguments.ts";
import { ArgumentError, NoMatchingDugdaleError } from "./errors.ts";
import type { Address } from "./types.ts";

/** The destination of a mission. */
export interface Target {
  readonly dugdale: DugdaleEntry;
  readonly lane: LaneName;
}

/** The fields of all forms of an address; empty strings count as absent. */
interface Parts {
  readonly route?: string | undefined;
  readonly host?: string | number | undefined;
  readonly match?: readonly string[] | undefined;
  readonly lane?: string | undefined;
}

/**
 * Resolves an address. If several dugdales match, one is chosen at random.
 *
 * @param defaultMatch Labels used when the address has none.
 * @throws {ArgumentError} When the address is empty or ambiguous.
 * @throws {ConfigError} When letts.yaml does not define the host or route.
 * @throws {NoMatchingDugdaleError} When no dugdale has the lane and all labels.
 */
export function resolveAddress(to: Address, config: LettsConfig, defaultMatch: readonly string[]): Target {
  const { route, host, match, lane }: Parts = to;
  const given = [route, host, match?.length ? match : undefined].filter((part) =>
    part !== undefined && part !== ""
  );
  if (given.length > 1) throw new ArgumentError("an address needs exactly one of route, host and match");
  if (route) {
    const target = config.route(route);
    return { dugdale: target.dugdale, lane: argument(() => parseLaneName(target.lane)) };
  }
  if (!lane) throw new ArgumentError("an address without a route needs a lane");
  const laneName = argument(() => parseLaneName(lane));
  if (host !== undefined && host !== "") {
    return { dugdale: config.dugdale(host), lane: laneName };
  }
  const candidates = matching(config, laneName, match?.length ? match : defaultMatch);
  const picked = candidates[Math.floor(Math.random() * candidates.length)];
  return { dugdale: picked ?? candidates[0], lane: laneName };
}

/**
 * The dugdales that have the lane and all labels, at least one, in the order of letts.yaml.
 *
 * @throws {NoMatchingDugdaleError} When there is none.
 */
export function matching(
  config: LettsConfig,
  lane: string,
  labels: readonly string[],
): readonly [DugdaleEntry, ...DugdaleEntry[]] {
  const [first, ...others] = config.candidates(lane, labels);
  if (first !== undefined) return [first, ...others];
  const wanted = labels.length === 0 ? "" : ` and the labels ${labels.join(", ")}`;
  throw new NoMatchingDugdaleError(`no dugdale has the lane "${lane}"${wanted}`);
}
