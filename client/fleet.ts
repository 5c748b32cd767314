/**
 * Calls to several dugdales in parallel.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { LinkedAbort } from "./abort.ts";
import { ArgumentError, WaitTimeoutError } from "./errors.ts";
import { LettsError } from "../protocol/letts_error.ts";
import type {
  CallOptions,
  FleetAnswers,
  FleetMissionFilter,
  FleetPage,
  HostAnswer,
  HostFailure,
  ManyOptions,
  Mission,
  MissionFilter,
  Page,
} from "./types.ts";

/** Default number of items in progress at the same time. */
const CONCURRENCY = 64;

/**
 * Applies a function to every item, with limited concurrency, and returns the results in order. `work` reports a
 * failure of its item in its value; an exception is a bug or ends the call, and aborts the other items.
 *
 * @param options `waitMs` is the limit for all items together, from the start.
 * @throws {ArgumentError} When `concurrency` is less than one.
 */
export async function fanOut<Item, Value>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal, index: number) => Promise<Value>,
  { concurrency = CONCURRENCY, waitMs, signal }: ManyOptions = {},
): Promise<Value[]> {
  if (!(concurrency >= 1)) throw new ArgumentError(`concurrency ${concurrency} must be at least 1`);
  const abort = new LinkedAbort(signal);
  if (waitMs !== undefined) abort.abortAfter(waitMs, () => new WaitTimeoutError(waitMs));
  const values: Value[] = [];
  const waiting = items.entries();
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    for (const [index, item] of waiting) values[index] = await work(item, abort.signal, index);
  });
  try {
    await Promise.all(workers);
    return values;
  } catch (error) {
    abort.abort(error);
    await Promise.allSettled(workers);
    throw error;
  } finally {
    abort.release();
  }
}

/**
 * Makes the same call to all hosts in parallel. Failed hosts do not hide the answers of the others.
 *
 * @param hosts Ids of dugdales.
 * @throws The signal's reason if it aborts first.
 */
export async function askAll<Value>(
  hosts: readonly string[],
  ask: (host: string, signal: AbortSignal) => Promise<Value>,
  { signal }: CallOptions = {},
): Promise<FleetAnswers<Value>> {
  const answers: HostAnswer<Value>[] = [];
  const unavailable: HostFailure[] = [];
  const results = await fanOut(hosts, async (host, linked) => {
    try {
      return { ok: true, host, value: await ask(host, linked) } as const;
    } catch (error) {
      if (!(error instanceof LettsError) || linked.aborted) throw error;
      return { ok: false, host, error } as const;
    }
  }, { concurrency: Infinity, signal });
  for (const result of results) {
    if (result.ok) answers.push({ host: result.host, value: result.value });
    else unavailable.push({ host: result.host, error: result.error });
  }
  return { answers, unavailable };
}

/** Fetches one page of one dugdale; the cursor belongs to that dugdale. */
export type FetchHostPage = (
  host: string,
  filter: MissionFilter,
  cursor: string | undefined,
) => Promise<Page<Mission>>;

/**
 * One page of the missions of several dugdales, newest first. The cursor holds the position in each dugdale, so that a
 * dugdale that was unreachable for a page continues where it was.
 *
 * @param hosts Ids of dugdales.
 * @throws {ArgumentError} When the cursor is invalid or was made for other filters, or `limit` is not 1 to 1000.
 */
export async function mergedMissions(
  hosts: readonly string[],
  fetchPage: FetchHostPage,
  { cursor, match: _, signal, limit = 100, ...conditions }: FleetMissionFilter,
): Promise<FleetPage<Mission>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new ArgumentError(`limit ${limit} must be an integer from 1 to 1000`);
  }
  const digest = filterDigest(conditions);
  const places = cursor === undefined ? new Map<string, string>() : placesOf(cursor, digest);
  const { answers, unavailable } = await askAll(hosts, (host, linked) => {
    return visiblePage(host, fetchPage, { ...conditions, limit, signal: linked }, places.get(host));
  }, { signal });

  const timeOf = (mission: Mission) =>
    (conditions.order === "finished" ? mission.finishedMs : mission.createdMs) ?? 0;
  const merged = answers.flatMap(({ value }) => value.items).sort((a, b) =>
    timeOf(b) - timeOf(a) || compare(b.missionId, a.missionId) || compare(a.host, b.host)
  );
  const items = merged.slice(0, limit);
  const cut = new Set(merged.slice(limit).map(({ host }) => host));
  // The cursor of the dugdale's page points behind missions that were cut off here.
  for (const mission of items) {
    const time = conditions.order === "finished" ? "time_finished" : "time_created";
    places.set(mission.host, encode({ [time]: timeOf(mission), mission_id: mission.missionId }));
  }
  for (const { host, value } of answers) {
    if (value.items.length === 0 && value.nextCursor !== undefined) places.set(host, value.nextCursor);
  }
  const more = cut.size > 0 || answers.some(({ value }) => value.nextCursor !== undefined);
  const nextCursor = more && items.length > 0
    ? encode({ per_host: Object.fromEntries(places), q: digest })
    : undefined;
  return { items, nextCursor, unavailable };
}

/** A page without missions that are being deleted. If a page has only such missions, the next one is fetched, once. */
async function visiblePage(
  host: string,
  fetchPage: FetchHostPage,
  filter: MissionFilter,
  cursor: string | undefined,
): Promise<Page<Mission>> {
  const visible = ({ items, nextCursor }: Page<Mission>): Page<Mission> => ({
    items: filter.status === "deleting" ? items : items.filter(({ status }) => status !== "deleting"),
    nextCursor: nextCursor || undefined,
  });
  const page = visible(await fetchPage(host, filter, cursor));
  if (page.items.length > 0 || page.nextCursor === undefined) return page;
  return visible(await fetchPage(host, filter, page.nextCursor));
}

/** A short digest that differs between lists of different missions or order. */
function filterDigest({ order = "created", ...conditions }: MissionFilter): string {
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined).sort();
  return createHash("sha256").update(JSON.stringify([order, given])).digest("base64url").slice(0, 12);
}

/** The positions in a cursor; one without a digest is accepted for all filters. */
function placesOf(cursor: string, digest: string): Map<string, string> {
  const refuse = (cause?: unknown) =>
    new ArgumentError(`cursor "${cursor}" must be the nextCursor of an earlier page`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch (cause) {
    throw refuse(cause);
  }
  const { per_host: perHost, q } = Object(value) as { readonly per_host?: unknown; readonly q?: unknown };
  if (typeof perHost !== "object" || perHost === null) throw refuse();
  if (q !== undefined && q !== digest) {
    throw new ArgumentError("cursor was made for other filters; all filters are sent again with it");
  }
  const places = Object.entries(perHost);
  if (places.some(([, place]) => typeof place !== "string")) throw refuse();
  return new Map(places);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
