/** What the log says about a mission, whatever happens to it. @module */
import type { LogFields } from "../host/log.ts";
import type { MissionRow } from "../store/mission_row.ts";

/** The fields of every record about its life. */
export function missionFields(row: MissionRow): LogFields {
  const { mission_id, kind, lane, mission_name, display_name } = row;
  return { mission_id, kind, lane, mission_name, display_name: display_name ?? undefined };
}
