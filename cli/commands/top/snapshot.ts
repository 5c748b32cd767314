/**
 * What all dugdales do right now.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import type { Mission } from "../../../client/types.ts";
import type { LaneRecord } from "../../../protocol/lane.ts";
import type { LettsError } from "../../../protocol/letts_error.ts";

/** One dugdale. */
export interface HostSnapshot {
  readonly host: string;
  /** Why it could not be asked. */
  readonly error?: LettsError;
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
  const { answers, unavailable } = await client.askAll(async (host, linked) => {
    const [lanes, page] = await Promise.all([
      client.lanes(host, { signal: linked }),
      client.listMissions(host, { status: "running", limit: RUNNING_MAX, signal: linked }).page(),
    ]);
    return { lanes, running: page.items };
  }, { match, signal });
  const snapshots = new Map<string, HostSnapshot>([
    ...answers.map(({ host, value }) => [host, { host, ...value }] as const),
    ...unavailable.map(({ host, error }) => [host, { host, error, lanes: [], running: [] }] as const),
  ]);
  return client.dugdales(match).flatMap(({ id }) => snapshots.get(id) ?? []);
}
