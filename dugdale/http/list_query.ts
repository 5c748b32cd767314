import { quote } from "../../protocol/clip.ts";
import type { ListOrder, ListPosition, MissionFilter } from "../store/mission_list.ts";
import { ProblemError } from "../problem_error.ts";
import { pageLimit } from "./call.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/** A request for a page of missions. */
export interface ListQuery {
  readonly filter: MissionFilter;
  readonly order: ListOrder;
  readonly after: ListPosition | undefined;
  readonly limit: number;
}

const MAX_INT64 = 2n ** 63n - 1n;
/** By what a cursor of each order tells its time. */
const TIMES: Readonly<Record<ListOrder, string>> = { created: "time_created", finished: "time_finished" };

/** Reads the query of `GET /v1/missions`. @throws {ProblemError} `bad_request` */
export function readListQuery(query: URLSearchParams): ListQuery {
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const order = text("order") ?? "created";
  if (order !== "created" && order !== "finished") {
    throw bad(`order must be created or finished, not ${quote(order)}`);
  }
  const cursor = text("cursor");
  return {
    filter: {
      status: text("status"),
      outcome: text("outcome"),
      lane: text("lane"),
      kind: text("kind"),
      groupId: text("group_id"),
      name: text("mission"),
      namePrefix: text("mission_prefix"),
      sinceMs: moment("since", text("since")),
      untilMs: moment("until", text("until")),
    },
    order,
    after: cursor === undefined ? undefined : readCursor(cursor, order),
    limit: pageLimit(query),
  };
}

/** What a client sends to get the page after this place. */
export function cursorOf({ timeMs, missionId }: ListPosition, order: ListOrder): string {
  return encodeCursor({ [TIMES[order]]: timeMs === 0 ? undefined : timeMs, mission_id: missionId });
}

function readCursor(cursor: string, order: ListOrder): ListPosition {
  let value: unknown;
  try {
    value = decodeCursor(cursor);
  } catch (cause) {
    throw bad("cursor is not one of this list", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("cursor is no object");
  const { [TIMES[order]]: timeMs, mission_id: missionId } = value as Record<string, unknown>;
  if (!isAbsent(timeMs) && !Number.isInteger(timeMs)) throw bad(`cursor has a bad ${TIMES[order]}`);
  if (!isAbsent(missionId) && typeof missionId !== "string") throw bad("cursor has a bad mission_id");
  return { timeMs: Number(timeMs ?? 0), missionId: String(missionId ?? "") };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Unix milliseconds; nothing at all when not after 1970. */
function moment(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const integer = /^[+-]?\d{1,64}$/.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
  if (integer === undefined || integer > MAX_INT64 || integer < -MAX_INT64 - 1n) {
    throw bad(`${name} must be Unix milliseconds, not ${quote(text)}`);
  }
  return integer > 0n ? Number(integer) : undefined;
}

function bad(message: string, options?: ErrorOptions): ProblemError {
  return new ProblemError("bad_request", message, options);
}
