import { nextTurn } from "../host/clock.ts";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { OUTCOMES } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import type { LaneAndName, ListedTimes, TimeSpan } from "./listed_times.ts";
import type { MissionClass } from "./mission_row.ts";
import type { UnfinishedCount, UnfinishedCounts } from "./unfinished.ts";

/** Filters of a list. Omitted fields do not filter; an unknown value matches nothing. */
export interface MissionFilter {
  /** Default: everything but `deleting`. */
  readonly status?: string | undefined;
  /** One, or several separated by commas. */
  readonly outcome?: string | undefined;
  /** Exact match. */
  readonly failReason?: string | undefined;
  readonly lane?: string | undefined;
  readonly kind?: string | undefined;
  readonly groupId?: string | undefined;
  /** A part of the name; ASCII letters are case-insensitive. */
  readonly name?: string | undefined;
  /** The start of the name; ASCII letters are case-insensitive. */
  readonly namePrefix?: string | undefined;
  /** Created then or later, in Unix milliseconds. */
  readonly sinceMs?: number | undefined;
  /** Created before, in Unix milliseconds. */
  readonly untilMs?: number | undefined;
  /** Besides what is asked for: what may be seen. */
  readonly within?: Within | undefined;
}

/** What a list is a part of. What is absent does not narrow. */
export interface Within {
  readonly lanes?: readonly string[] | undefined;
  /** Names, or beginnings of names with `*` after them. Commands are then left out. */
  readonly missions?: readonly string[] | undefined;
}

/** The time by which a list is sorted, the latest first. `finished` includes only finished missions. */
export type ListOrder = "created" | "finished";

/** A position in a list: the next missions are older, or as old with a smaller id. */
export interface ListPosition {
  /** Unix milliseconds. */
  readonly timeMs: number;
  readonly missionId: string;
}

/** A mission with its position. */
export interface ListEntry extends ListPosition {
  readonly missionId: MissionId;
}

/** A scan of one index, newest first. */
interface Scan {
  readonly rows: StatementSync;
  /** Finds the end of a chunk of rows; absent if the index has another order, so that it is scanned at once. */
  readonly edge?: StatementSync | undefined;
  /** The parameters of the index. */
  readonly own: Readonly<Record<string, string | number>>;
}

/** Rows read in one turn of the event loop: about five milliseconds. */
const CHUNK_ROWS = 8000;
/** Spans scanned in one turn. */
const SPANS_A_TURN = 16;
/** Up to this number of spans, all missions in them can be sorted by their ends. */
const SORTED_SPANS = 100;
/** The oldest possible position. */
const BOTTOM: ListPosition = { timeMs: -1, missionId: "" };
const TOP: ListPosition = { timeMs: Number.MAX_VALUE, missionId: "" };
/** Maximum length of a mission name. */
const MAX_NAME = 128;
const CLASSES: readonly MissionClass[] = [0, 1, 2];
const STATUSES = ["queued", "running", "done", "deleting"], KINDS = ["mission", "exec"];

/** Lists of table `missions`. A filter without an index scans the whole table, but in chunks that yield to others. */
export class MissionList {
  readonly #created: Omit<Scan, "own">;
  readonly #queued: Omit<Scan, "own">;
  readonly #moved: Omit<Scan, "own">;
  readonly #running: Omit<Scan, "own">;
  readonly #deleting: Omit<Scan, "own">;
  readonly #unsuccessful: Omit<Scan, "own">;
  readonly #group: Omit<Scan, "own">;
  readonly #done: Omit<Scan, "own">;
  readonly #deletingByEnd: Omit<Scan, "own">;
  readonly #groupByEnd: Omit<Scan, "own">;
  readonly #createdByEnd: Omit<Scan, "own">;
  readonly #unfinished: UnfinishedCounts;
  readonly #times: ListedTimes;

  constructor(db: DatabaseSync, times: ListedTimes, unfinished: UnfinishedCounts) {
    this.#times = times;
    this.#unfinished = unfinished;
    const scan = (index: string, own: string, time = "time_created"): Omit<Scan, "own"> => ({
      rows: db.prepare(rowsSql(index, own, time)),
      edge: db.prepare(edgeSql(index, own, time)),
    });
    const sort = (index: string, own: string): Omit<Scan, "own"> => ({
      rows: db.prepare(rowsSql(index, `${own} AND time_finished IS NOT NULL`, "time_finished")),
    });
    this.#created = scan("missions_created", "true");
    this.#queued = scan(
      "missions_queued",
      "status = 'queued' AND run_at IS NULL AND enqueued IS NULL AND lane = :ownLane AND class = :ownClass",
      "coalesce(enqueued, time_created)",
    );
    this.#moved = scan(
      "missions_moved",
      "status = 'queued' AND (enqueued IS NOT NULL OR run_at IS NOT NULL) AND lane = :ownLane",
    );
    this.#running = scan("missions_running", "status = 'running'");
    this.#deleting = scan("missions_deleting", "status = 'deleting'");
    this.#unsuccessful = scan(
      "missions_unsuccessful",
      "status = 'done' AND outcome <> 'success' AND outcome = :ownOutcome",
    );
    this.#group = scan("missions_group", "group_id = :ownGroup");
    this.#done = scan(
      "missions_done",
      "status = 'done' AND kind = :ownKind AND outcome = :ownOutcome",
      "time_finished",
    );
    this.#deletingByEnd = sort("missions_deleting", "status = 'deleting'");
    this.#groupByEnd = sort("missions_group", "group_id = :ownGroup");
    this.#createdByEnd = sort(
      "missions_created",
      "status = 'done' AND time_created >= :ownFrom AND time_created < :ownTo",
    );
  }

  /** The next missions of a list, at most `limit`. */
  async page(
    filter: MissionFilter,
    order: ListOrder,
    after: ListPosition | undefined,
    limit: number,
  ): Promise<ListEntry[]> {
    let found: ListEntry[] = [];
    const span = spanOf(filter, order, after);
    const times = await this.#timesOf(filter);
    for (const scan of this.#scans(filter, order, times)) {
      const last = found.length >= limit ? found.at(-1) : undefined;
      const within = { ...span, bottom: last ?? span.bottom };
      const spans = order === "created" && times !== undefined ? overlaps(within, times) : [within];
      const entries = await runScan(scan, parametersOf(filter), spans, limit);
      found = [...found, ...entries].sort(newestFirst).slice(0, limit);
    }
    return found;
  }

  /** How many missions wait and run within a part of them, by lane. It looks at each of them. */
  async unfinished(within: Within): Promise<Omit<UnfinishedCount, "kind">[]> {
    const counts: Omit<UnfinishedCount, "kind">[] = [];
    for (const { lane, kind, status } of this.#unfinished.list()) {
      if (kind === "exec" || within.lanes?.includes(lane) === false) continue;
      let count = 0;
      for (let last: ListEntry | undefined, more = true; more;) {
        const page = await this.page({ status, lane, kind, within }, "created", last, CHUNK_ROWS);
        count += page.length;
        last = page.at(-1);
        more = page.length === CHUNK_ROWS;
      }
      counts.push({ lane, status, count });
    }
    return counts;
  }

  /** When missions of the lane and the name were created, if they are rare. */
  async #timesOf(filter: MissionFilter): Promise<readonly TimeSpan[] | undefined> {
    if (filter.groupId !== undefined) return undefined;
    const { lane, name, namePrefix } = parametersOf(filter);
    if (lane === null && name === null && namePrefix === null) return undefined;
    try {
      await this.#times.enter();
    } catch {
      return undefined; // a list needs no disk that can be written
    }
    return this.#times.find({ lane, name, namePrefix });
  }

  /** The indexes that together contain everything that the filter may match. */
  #scans(filter: MissionFilter, order: ListOrder, times: readonly TimeSpan[] | undefined): Scan[] {
    const { kind, groupId } = filter;
    const lane = laneOf(filter);
    const outcomes = filter.outcome?.split(",");
    // Only these have an outcome and are listed by default.
    const status = filter.status ?? (outcomes === undefined ? undefined : "done");
    const names = [filter.name, filter.namePrefix];
    const impossible = status !== undefined && !STATUSES.includes(status) ||
      kind !== undefined && !KINDS.includes(kind) ||
      outcomes !== undefined && !OUTCOMES.some((known) => outcomes.includes(known)) ||
      names.some((name) => name !== undefined && name.length > MAX_NAME);
    if (impossible) return [];
    if (groupId !== undefined) {
      return [{ ...(order === "created" ? this.#group : this.#groupByEnd), own: { ownGroup: groupId } }];
    }
    if (order === "finished") {
      if (status === "deleting") return [{ ...this.#deletingByEnd, own: {} }];
      if (status === "queued" || status === "running") return [];
      if (times !== undefined && times.length <= SORTED_SPANS) {
        return times.map(({ fromMs, toMs }) => ({
          ...this.#createdByEnd,
          own: { ownFrom: fromMs, ownTo: toMs },
        }));
      }
      return this.#doneScans(kind, outcomes);
    }
    if (status === "queued") {
      const queued = this.#unfinished.list().filter((count) => count.status === "queued");
      return [...new Set(queued.map((count) => count.lane))]
        .filter((ownLane) => lane === undefined || ownLane === lane)
        .flatMap((ownLane) => [
          ...CLASSES.map((ownClass) => ({ ...this.#queued, own: { ownLane, ownClass } })),
          { ...this.#moved, own: { ownLane } },
        ]);
    }
    if (status === "running") return [{ ...this.#running, own: {} }];
    if (status === "deleting") return [{ ...this.#deleting, own: {} }];
    if (outcomes !== undefined && !outcomes.includes("success")) {
      return OUTCOMES.filter((one) => outcomes.includes(one))
        .map((ownOutcome) => ({ ...this.#unsuccessful, own: { ownOutcome } }));
    }
    return [{ ...this.#created, own: {} }];
  }

  #doneScans(kind: string | undefined, outcomes: readonly string[] | undefined): Scan[] {
    return KINDS.filter((one) => kind === undefined || one === kind).flatMap((ownKind) =>
      OUTCOMES.filter((one) => outcomes === undefined || outcomes.includes(one))
        .map((ownOutcome) => ({ ...this.#done, own: { ownKind, ownOutcome } }))
    );
  }
}

interface Span {
  /** Everything is after this position. */
  readonly top: ListPosition;
  /** Nothing is after this position. */
  readonly bottom: ListPosition;
}

function spanOf(filter: MissionFilter, order: ListOrder, after: ListPosition = TOP): Span {
  if (order === "finished") return { top: after, bottom: BOTTOM };
  const { sinceMs = BOTTOM.timeMs, untilMs = TOP.timeMs } = filter;
  const until = { timeMs: untilMs, missionId: "" };
  return { top: newestFirst(until, after) > 0 ? until : after, bottom: { timeMs: sinceMs, missionId: "" } };
}

/** The parts of a span within these times, which are in descending order. */
function overlaps({ top, bottom }: Span, times: readonly TimeSpan[]): Span[] {
  return times.flatMap(({ fromMs, toMs }) => {
    const end = { timeMs: toMs, missionId: "" };
    const start = { timeMs: fromMs, missionId: "" };
    const within = {
      top: newestFirst(end, top) > 0 ? end : top,
      bottom: newestFirst(start, bottom) < 0 ? start : bottom,
    };
    return newestFirst(within.top, within.bottom) < 0 ? [within] : [];
  });
}

/**
 * Scans an index until enough missions are found, in chunks that yield to others. The spans are in descending order.
 */
async function runScan(
  scan: Scan,
  parameters: Parameters,
  spans: readonly Span[],
  limit: number,
): Promise<ListEntry[]> {
  const found: ListEntry[] = [];
  let scanned = 0;
  for (const { top, bottom } of spans) {
    for (let from: ListPosition | undefined = top; from !== undefined && found.length < limit;) {
      // An immediate would let the next chunk run before most pending work: requests took a hundred turns then.
      if (from !== top || ++scanned % SPANS_A_TURN === 0) await nextTurn();
      const place = { ...scan.own, topMs: from.timeMs, topId: from.missionId };
      const edge = scan.edge?.get({ ...place, bottomMs: bottom.timeMs, bottomId: bottom.missionId }) as
        | ListPosition
        | undefined;
      const { timeMs, missionId } = edge ?? bottom;
      const rows = scan.rows.all({
        ...parameters,
        ...place,
        bottomMs: timeMs,
        bottomId: missionId,
        limit: limit - found.length,
      });
      found.push(...rows as unknown as ListEntry[]);
      from = edge;
    }
  }
  return found;
}

function newestFirst(a: ListPosition, b: ListPosition): number {
  if (a.timeMs !== b.timeMs) return b.timeMs - a.timeMs;
  return a.missionId < b.missionId ? 1 : a.missionId > b.missionId ? -1 : 0;
}

function spanSql(index: string, own: string, time: string): string {
  return `FROM missions INDEXED BY ${index}
    WHERE ${own} AND (${time}, mission_id) < (:topMs, :topId) AND (${time}, mission_id) >= (:bottomMs, :bottomId)`;
}

function rowsSql(index: string, own: string, time: string): string {
  return `SELECT ${time} AS timeMs, mission_id AS missionId ${spanSql(index, own, time)}
    AND iif(:status IS NULL, status <> 'deleting', status = :status)
    AND (:outcomes IS NULL OR instr(:outcomes, ',' || outcome || ',') > 0)
    AND (:failReason IS NULL OR fail_reason = :failReason)
    AND (:lane IS NULL OR lane = :lane)
    AND (:kind IS NULL OR kind = :kind)
    AND (:groupId IS NULL OR group_id = :groupId)
    AND (:name IS NULL OR mission_name LIKE :name ESCAPE '\\')
    AND (:namePrefix IS NULL OR mission_name LIKE :namePrefix ESCAPE '\\')
    AND (:sinceMs IS NULL OR time_created >= :sinceMs)
    AND (:untilMs IS NULL OR time_created < :untilMs)
    AND ${withinSql}
    ORDER BY ${time} DESC, mission_id DESC LIMIT :limit`;
}

/** The condition that {@linkcode withinParameters} fill: a pattern has no other characters that GLOB gives a meaning. */
export const withinSql: string = `(:lanes IS NULL OR lane IN (SELECT value FROM json_each(:lanes)))
    AND (:missions IS NULL OR kind = 'mission'
      AND EXISTS (SELECT 1 FROM json_each(:missions) WHERE mission_name GLOB value))`;

/** The parameters of {@linkcode withinSql}. */
export function withinParameters({ lanes, missions }: Within = {}): WithinParameters {
  const list = (names: readonly string[] | undefined): string | null =>
    names === undefined ? null : JSON.stringify(names);
  return { lanes: list(lanes), missions: list(missions) };
}

/** JSON arrays; null does not narrow. */
export interface WithinParameters {
  readonly lanes: string | null;
  readonly missions: string | null;
}

function edgeSql(index: string, own: string, time: string): string {
  return `SELECT ${time} AS timeMs, mission_id AS missionId ${spanSql(index, own, time)}
    ORDER BY ${time} DESC, mission_id DESC LIMIT 1 OFFSET ${CHUNK_ROWS - 1}`;
}

/** The parameters of a filter; null does not filter. */
interface Parameters extends LaneAndName, WithinParameters {
  readonly status: string | null;
  /** Each surrounded by commas. */
  readonly outcomes: string | null;
  readonly failReason: string | null;
  readonly kind: string | null;
  readonly groupId: string | null;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

function parametersOf(filter: MissionFilter): Parameters {
  const { name, namePrefix } = filter;
  return {
    status: filter.status ?? null,
    outcomes: filter.outcome === undefined ? null : `,${filter.outcome},`,
    failReason: filter.failReason ?? null,
    lane: laneOf(filter) ?? null,
    kind: filter.kind ?? null,
    groupId: filter.groupId ?? null,
    name: name === undefined ? null : `%${literal(name)}%`,
    namePrefix: namePrefix === undefined ? null : `${literal(namePrefix)}%`,
    sinceMs: filter.sinceMs ?? null,
    untilMs: filter.untilMs ?? null,
    ...withinParameters(filter.within),
  };
}

/** The only lane there can be. */
function laneOf({ lane, within }: MissionFilter): string | undefined {
  return lane ?? (within?.lanes?.length === 1 ? within.lanes[0] : undefined);
}

/** A text as a LIKE pattern that matches only itself. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
