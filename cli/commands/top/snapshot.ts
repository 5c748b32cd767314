/**
 * What all dugdales do right now.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import type { Mission } from "../../../client/types.ts";
import type { LaneRecord } from "../../../protocol/lane.ts";

/** One dugdale. */
export interface HostSnapshot {
  readonly host: string;
  /** Why it could not be asked. */
  readonly error?: unknown;
  readonly lanes: readonly LaneRecord[];
  /** What runs, missions and commands. */
  readonly running: readonly Mission[];
}

/** The most missions of one dugdale that are looked at. */
const RUNNING_MAX = 200;

/** Asks all of them at once. */
export async function snapshot(
  client: LettsClient,
  match: readonly string[],
  signal: AbortSignal,
): Promise<readonly HostSnapshot[]> {
  return await Promise.all(
    client.dugdales(match).map(async ({ id: host }): Promise<HostSnapshot> => {
      try {
        const [lanes, page] = await Promise.all([
          client.lanes(host, { signal }),
          client.listMissions(host, { status: "running", limit: RUNNING_MAX, signal }).page(),
        ]);
        return { host, lanes, running: page.items };
      } catch (error) {
        if (!(error instanceof LettsError)) throw error;
        return { host, error, lanes: [], running: [] };
      }
    }),
  );
}
