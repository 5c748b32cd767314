/**
 * State shared by the parts of a client.
 *
 * @module
 */
import type { Connections } from "./http/connections.ts";
import type { StreamPolicy } from "./run/reconnect_budget.ts";
import type { Ids } from "../protocol/ids.ts";
import type { LaunchFailure } from "./types.ts";

/** State shared by the parts of a client. */
export interface Context {
  readonly connections: Connections;
  readonly ids: Ids;
  readonly stream: StreamPolicy;
  /** Labels for addresses without labels; undefined means those of letts.yaml. */
  readonly match: readonly string[] | undefined;
  readonly onLaunchFailure: ((failure: LaunchFailure) => void) | undefined;
}

/** The labels used when a call gives none. */
export function defaultMatch(context: Context): readonly string[] {
  return context.match ?? context.connections.config.selectorMatch;
}
