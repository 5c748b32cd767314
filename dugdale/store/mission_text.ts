import { recordJson } from "./mission_json.ts";
import type { MissionRow } from "./mission_row.ts";
import type { Store } from "./store.ts";

/** The record of a mission as JSON text. */
export function missionText(
  row: MissionRow,
  { missions, schedules }: Pick<Store, "missions" | "schedules">,
): string {
  const origin = row.restarted_from !== null &&
    missions.find(row.restarted_from as MissionRow["mission_id"]) !== undefined;
  return recordJson(row, {
    files: missions.files(row.id),
    originExists: origin,
    plan: missions.plan(row.id),
    attempts: missions.attempts(row),
    scheduled: schedules.scheduled(row.id),
    told: missions.told.find(row.id),
  });
}
