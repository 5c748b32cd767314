import type { MissionsQuery } from "../../protocol/mission.ts";
import type { ListOrder, ListPosition, MissionFilter, Within } from "../store/mission_list.ts";
import { ProblemError } from "../problem_error.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { pageLimit } from "./query.ts";

/** A request for a page of missions. */
export interface ListQuery {
  readonly filter: MissionFilter;
  readonly order: ListOrder;
  readonly after: ListPosition | undefined;
  readonly limit: number;
}

/** The member of a cursor that contains the time, by order. */
const TIMES: Readonly<Record<ListOrder, string>> = { created: "time_created", finished: "time_finished" };

/** What a query of `GET /v1/missions` asks for. @param within What the caller may see; default all. @throws {ProblemError} `bad_request` for a broken cursor. */
export function readListQuery(query: MissionsQuery, within?: Within): ListQuery {
  const { status, outcome, lane, kind, order = "created", cursor } = query;
  return {
    filter: {
      status,
      outcome,
      lane,
      kind,
      groupId: query.group_id,
      name: query.mission,
      namePrefix: query.mission_prefix,
      failReason: query.fail_reason,
      sinceMs: moment(query.since),
      untilMs: moment(query.until),
      within,
    },
    order,
    after: cursor === undefined ? undefined : readCursor(cursor, order),
    limit: pageLimit(query),
  };
}

/** The cursor of the page after this position. */
export function cursorOf({ timeMs, missionId }: ListPosition, order: ListOrder): string {
  return encodeCursor({ [TIMES[order]]: timeMs === 0 ? undefined : timeMs, mission_id: missionId });
}

function readCursor(cursor: string, order: ListOrder): ListPosition {
  let value: unknown;
  try {
    value = decodeCursor(cursor);
  } catch (cause) {
    throw bad("cursor is not base64url of JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad("cursor is not a JSON object");
  }
  const { [TIMES[order]]: timeMs, mission_id: missionId } = value as Record<string, unknown>;
  if (!isAbsent(timeMs) && !Number.isInteger(timeMs)) {
    throw bad(`${TIMES[order]} of the cursor must be an integer`);
  }
  if (!isAbsent(missionId) && typeof missionId !== "string") {
    throw bad("mission_id of the cursor must be a string");
  }
  return { timeMs: Number(timeMs ?? 0), missionId: String(missionId ?? "") };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** A time up to 1970 does not filter. */
function moment(timeMs: number | undefined): number | undefined {
  return timeMs !== undefined && timeMs > 0 ? timeMs : undefined;
}

function bad(message: string, options?: ErrorOptions): ProblemError {
  return new ProblemError("bad_request", message, options);
}
