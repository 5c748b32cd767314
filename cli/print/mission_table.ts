/**
 * Missions as a table.
 *
 * @module
 */
import type { Mission, Page } from "../../client/types.ts";
import { cursorText, tableText } from "./table.ts";

const COLUMNS = [
  { title: "MISSION_ID", width: 40 },
  { title: "STATUS", width: 10 },
  { title: "OUTCOME", width: 10 },
  { title: "LANE", width: 12 },
  { title: "MISSION", width: 25 },
  { title: "TIME_CREATED", width: 13 },
];
const DISPLAY_NAME = { title: "DISPLAY_NAME", width: 30 };
const GROUP_ID = { title: "GROUP_ID", width: 40 };

/** One page, with the two last columns only when a row has something in them. */
export function missionTable({ items, nextCursor }: Page<Mission>): string {
  const named = items.some(({ displayName }) => displayName);
  const grouped = items.some(({ groupId }) => groupId);
  const columns = [...COLUMNS, ...(named ? [DISPLAY_NAME] : []), ...(grouped ? [GROUP_ID] : [])];
  const rows = items.map((mission) => [
    mission.missionId,
    mission.status,
    mission.outcome ?? "",
    mission.lane,
    mission.missionName,
    String(mission.createdMs),
    ...(named ? [mission.displayName ?? ""] : []),
    ...(grouped ? [mission.groupId ?? ""] : []),
  ]);
  return tableText(columns, rows) + cursorText(nextCursor);
}
