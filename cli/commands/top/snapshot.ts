/**
 * The current activity of all dugdales.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import type { Mission } from "../../../client/types.ts";
import type { LaneRecord } from "../../../protocol/lane.ts";
import { LettsError } from "../../../protocol/letts_error.ts";

/** One dugdale. */
export interface HostSnapshot {
  readonly host: string;
  /** Why it is unreachable. */
  readonly error?: LettsError;
  readonly lanes: readonly LaneRecord[];
  /** Running missions and commands. */
  readonly running: readonly Mission[];
  /** Finished missions of each lane since the start of the dugdale; undefined if not reported. */
  readonly ended?: ReadonlyMap<string, Ended> | undefined;
}

/** Number of finished missions. */
export interface Ended {
  readonly all: number;
  /** Number of missions with another outcome than success. */
  readonly failed: number;
}

/** Maximum number of running missions read from one dugdale. */
const RUNNING_MAX = 200;

/** Asks all dugdales in parallel. */
export async function snapshot(
  client: LettsClient,
  match: readonly string[],
  signal: AbortSignal,
): Promise<readonly HostSnapshot[]> {
  const { answers, unavailable } = await client.askAll(async (host, linked) => {
    const [lanes, page, ended] = await Promise.all([
      client.lanes(host, { signal: linked }),
      client.listMissions(host, { status: "running", limit: RUNNING_MAX, signal: linked }).page(),
      endedOf(client, host, linked),
    ]);
    return { lanes, running: page.items, ended };
  }, { match, signal });
  const snapshots = new Map<string, HostSnapshot>([
    ...answers.map(({ host, value }) => [host, { host, ...value }] as const),
    ...unavailable.map(({ host, error }) => [host, { host, error, lanes: [], running: [] }] as const),
  ]);
  return client.dugdales(match).flatMap(({ id }) => snapshots.get(id) ?? []);
}

async function endedOf(
  client: LettsClient,
  host: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Ended> | undefined> {
  try {
    return endedByLane((await client.metrics(host, { signal })).text);
  } catch (error) {
    if (!(error instanceof LettsError) || signal.aborted) throw error;
    return undefined; // its lanes are shown all the same
  }
}

const COUNTER = /^letts_missions_total\{(.*)\} (\d+)$/gm;

/** Parses the counters of finished missions from Prometheus metrics. */
export function endedByLane(metrics: string): ReadonlyMap<string, Ended> {
  const lanes = new Map<string, Ended>();
  for (const [, labels = "", count] of metrics.matchAll(COUNTER)) {
    const lane = /(?:^|,)lane="([^"]*)"/.exec(labels)?.[1];
    if (lane === undefined) continue;
    const { all, failed } = lanes.get(lane) ?? { all: 0, failed: 0 };
    const failure = !labels.includes('outcome="success"');
    lanes.set(lane, { all: all + Number(count), failed: failed + (failure ? Number(count) : 0) });
  }
  return lanes;
}
