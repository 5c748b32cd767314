/**
 * What the parts of a client share.
 *
 * @module
 */
import type { Connections } from "./http/connections.ts";
import type { StreamPolicy } from "./run/reconnect_budget.ts";
import type { Ids } from "../protocol/ids.ts";
import type { LaunchFailure } from "./types.ts";

/** What the parts of a client share. */
export interface Context {
  readonly connections: Connections;
  readonly ids: Ids;
  readonly stream: StreamPolicy;
  /** Labels for addresses without any; undefined leaves it to letts.yaml. */
  readonly match: readonly string[] | undefined;
  readonly onLaunchFailure: ((failure: LaunchFailure) => void) | undefined;
}

/** The labels that count when a call names none. */
export function defaultMatch(context: Context): readonly string[] {
  return context.match ?? context.connections.config.selectorMatch;
}
