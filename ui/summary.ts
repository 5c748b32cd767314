/**
 * Views of all dugdales together.
 *
 * @module
 */
import type { FleetAnswers, HostFailure, Mission } from "../client/types.ts";
import type { LettsClient } from "../client/client.ts";
import { FAILURES } from "../protocol/failures.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { shortReason } from "./refusal.ts";

const RECENT = 20;

/** What is missing from an answer, as its members; empty when nothing is. */
export function missing(...lists: (readonly HostFailure[])[]): Record<string, JsonValue> {
  const reasons = new Map(lists.flat().map(({ host, error }) => [host, shortReason(error)]));
  if (reasons.size === 0) return {};
  const hosts = [...reasons.keys()].sort();
  return {
    unavailable_hosts: hosts,
    unavailable_reasons: Object.fromEntries(hosts.map((host) => [host, reasons.get(host) ?? ""])),
  };
}

/** A mission as the page gets it: its record and its dugdale, in lists without what is long. */
export function row({ host, record }: Mission): object {
  const { input: _input, return: _return, ...rest } = record;
  return { host, ...rest };
}

/** Dugdales, lanes and recent failures. */
export async function dashboard(client: LettsClient): Promise<object> {
  const [looks, failures] = await Promise.all([
    client.askAll(async (host, signal) => {
      const [info, lanes] = await Promise.all([
        client.info(host, { signal }),
        client.lanes(host, { signal }),
      ]);
      const waiting = lanes.filter(({ queued }) => queued > 0);
      const oldest = await Promise.all(waiting.map(async ({ name, queued }) => {
        return [name, await oldestQueued(client, host, { lane: name, queued, signal })] as const;
      }));
      return { info, lanes, oldest: new Map(oldest) };
    }),
    client.listMissionsOnAll({ outcome: FAILURES, order: "finished", limit: RECENT }),
  ]);
  const online = new Map(looks.answers.map(({ host, value }) => [host, value]));
  const hosts = client.dugdales().map(({ id, labels }) => {
    const look = online.get(id);
    return { id, labels, online: look !== undefined, ...(look && { ...look.info, features: undefined }) };
  });
  return {
    hosts: sorted(hosts, ({ id }) => id),
    lanes: laneRows(looks),
    recent_failures: failures.items.map(row),
    ...missing(looks.unavailable, failures.unavailable),
  };
}

type Look = FleetAnswers<{
  readonly lanes: readonly { readonly name: string }[];
  readonly oldest: ReadonlyMap<string, number | undefined>;
}>;

function laneRows({ answers }: Look): object[] {
  return sorted(answers, ({ host }) => host).flatMap(({ host, value }) =>
    value.lanes.map((lane) => ({ host, ...lane, oldest_queued_at: value.oldest.get(lane.name) }))
  );
}

/** A list shows the newest first: the oldest of a short queue is the last of one page. */
async function oldestQueued(
  client: LettsClient,
  host: string,
  { lane, queued, signal }: { readonly lane: string; readonly queued: number; readonly signal: AbortSignal },
): Promise<number | undefined> {
  if (queued > QUEUE_READ_MAX) return undefined;
  const { items } = await client.listMissions(host, { status: "queued", lane, limit: queued, signal }).page();
  return items.at(-1)?.createdMs;
}

/** The oldest mission of a longer queue is not looked for. */
const QUEUE_READ_MAX = 200;

/** Failed missions by name, outcome and reason, over all dugdales. */
export async function failureGroups(client: LettsClient): Promise<object> {
  const { answers, unavailable } = await client.askAll((host, signal) => client.failures(host, { signal }));
  const groups = answers.flatMap(({ host, value }) => value.groups.map((group) => ({ host, ...group })));
  return {
    total: answers.reduce((sum, { value }) => sum + value.total, 0),
    groups: groups.sort((a, b) => b.count - a.count || b.last_at - a.last_at),
    ...missing(unavailable),
  };
}

/** The schedules of all dugdales. */
export async function allSchedules(client: LettsClient): Promise<object> {
  const { answers, unavailable } = await client.askAll((host, signal) =>
    client.listSchedules(host, { signal })
  );
  const schedules = answers.flatMap(({ host, value }) => value.map((schedule) => ({ host, ...schedule })));
  return { schedules: sorted(schedules, ({ host, name }) => `${host}/${name}`), ...missing(unavailable) };
}

function sorted<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return items.toSorted((a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
