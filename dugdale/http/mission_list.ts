import type { ListEntry } from "../store/mission_list.ts";
import { jsonPieces } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { cursorOf, type ListQuery, readListQuery } from "./list_query.ts";
import { missionText } from "../store/mission_text.ts";
import type { HandlerParts } from "./parts.ts";

/** A page is sent in chunks of about this many characters: its missions together may have a gigabyte of input. */
const PIECE_CHARACTERS = 256 * 1024;

/** `GET /v1/missions` */
export function listHandler(parts: Pick<HandlerParts, "store">): RouteHandlers["listMissions"] {
  return async (call) => {
    const query = readListQuery(call.query(), call.caller.token?.limits?.within);
    const { filter, order, after, limit } = query;
    // One more than the page shows whether there is a next one.
    const entries = await parts.store.missions.list.page(filter, order, after, limit + 1);
    return jsonPieces(pageText(entries, query, parts));
  };
}

function* pageText(
  entries: readonly ListEntry[],
  { filter, order, limit }: ListQuery,
  parts: Pick<HandlerParts, "store">,
): Generator<string, void, void> {
  let text = '{"missions":[';
  let separator = "";
  for (const { missionId } of entries.slice(0, limit)) {
    const row = parts.store.missions.find(missionId);
    // It may have been removed since it was found.
    if (row === undefined || (row.status === "deleting" && filter.status !== "deleting")) continue;
    text += separator + missionText(row, parts.store);
    separator = ",";
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = "";
  }
  const last = entries.length > limit ? entries[limit - 1] : undefined;
  const cursor = last === undefined ? "" : `,"next_cursor":${JSON.stringify(cursorOf(last, order))}`;
  yield `${text}]${cursor}}`;
}
