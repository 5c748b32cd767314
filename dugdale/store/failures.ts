import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { OutcomeKind } from "../../protocol/mission.ts";
import { nextTurn } from "../host/clock.ts";
import type { MissionId } from "../../protocol/names.ts";
import { literal, type Within, withinParameters, withinSql } from "./mission_list.ts";

/** Filters of failed missions. Omitted fields do not filter. */
export interface FailureFilter {
  /** Not including `success`. */
  readonly outcomes: readonly OutcomeKind[];
  readonly lane?: string | undefined;
  /** A part of the name; ASCII letters are case-insensitive. */
  readonly name?: string | undefined;
  readonly failReason?: string | undefined;
  /** Created then or later, in Unix milliseconds. */
  readonly sinceMs?: number | undefined;
  /** Created before, in Unix milliseconds. */
  readonly untilMs?: number | undefined;
  /** Besides what is asked for: what may be seen. */
  readonly within?: Within | undefined;
}

/** Missions of one name that failed in the same way. */
export interface CountedFailures {
  readonly name: string;
  readonly outcome: string;
  readonly failReason: string | null;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The last one; ids ascend with time. */
  readonly lastId: MissionId;
}

/** All failures, in groups. */
export interface FailureCounts {
  readonly total: number;
  /** In no order. */
  readonly groups: CountedFailures[];
  /** Whether groups are omitted. */
  readonly truncated: boolean;
}

/** Rows read in one turn of the event loop, about ten milliseconds. */
const CHUNK_ROWS = 2000;
/** Maximum number of groups: a mission may give a different reason each time. */
const GROUPS_MAX = 1000;

interface Place {
  readonly timeMs: number;
  readonly id: string;
}

/** Counts failed missions, without commands, in chunks that yield to others. */
export class Failures {
  readonly #edge: StatementSync;
  readonly #groups: StatementSync;

  constructor(db: DatabaseSync) {
    const rows = `FROM missions INDEXED BY missions_unsuccessful
      WHERE status = 'done' AND outcome <> 'success' AND outcome = :outcome
        AND (time_created, mission_id) < (:timeMs, :id) AND time_created >= :sinceMs`;
    this.#edge = db.prepare(`
      SELECT time_created AS timeMs, mission_id AS id ${rows}
      ORDER BY time_created DESC, mission_id DESC LIMIT 1 OFFSET ${CHUNK_ROWS - 1}`);
    this.#groups = db.prepare(`
      SELECT mission_name AS name, outcome, fail_reason AS failReason, count(*) AS count,
        min(time_created) AS firstMs, max(time_created) AS lastMs, max(mission_id) AS lastId
      ${rows} AND (time_created, mission_id) >= (:endMs, :endId)
        AND kind = 'mission'
        AND (:lane IS NULL OR lane = :lane)
        AND (:name IS NULL OR mission_name LIKE :name ESCAPE '\\')
        AND (:failReason IS NULL OR fail_reason = :failReason)
        AND ${withinSql}
      GROUP BY mission_name, fail_reason`);
  }

  /** Counts them by name, outcome and reason. */
  async count(filter: FailureFilter): Promise<FailureCounts> {
    const groups = new Map<string, CountedFailures>();
    let total = 0, truncated = false;
    for (const outcome of new Set(filter.outcomes)) {
      for await (const group of this.#chunks(outcome, filter)) {
        total += group.count;
        const key = JSON.stringify([group.name, group.outcome, group.failReason]);
        const known = groups.get(key);
        if (known === undefined && groups.size === GROUPS_MAX) truncated = true;
        else groups.set(key, known === undefined ? group : joined(known, group));
      }
    }
    return { total, groups: [...groups.values()], truncated };
  }

  async *#chunks(outcome: string, filter: FailureFilter): AsyncGenerator<CountedFailures, void, void> {
    const { lane = null, name, failReason = null, sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER } = filter;
    const parameters = {
      lane,
      name: name === undefined ? null : `%${literal(name)}%`,
      failReason,
      ...withinParameters(filter.within),
    };
    for (let from: Place | undefined = { timeMs: untilMs, id: "" }; from !== undefined;) {
      const place = { outcome, sinceMs, timeMs: from.timeMs, id: from.id };
      const edge = this.#edge.get(place) as Place | undefined;
      const end = { endMs: edge?.timeMs ?? 0, endId: edge?.id ?? "" };
      yield* this.#groups.all({ ...place, ...end, ...parameters }) as unknown as CountedFailures[];
      from = edge;
      await nextTurn();
    }
  }
}

/** @param older From an earlier chunk, which contains older missions. */
function joined(known: CountedFailures, older: CountedFailures): CountedFailures {
  return { ...known, count: known.count + older.count, firstMs: Math.min(known.firstMs, older.firstMs) };
}
