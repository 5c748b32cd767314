import type { ScheduleRow } from "../store/schedules.ts";

/** The settings of all schedules in the format of an apply, as JSON text; undefined if there are none. */
export function settingsText(rows: readonly ScheduleRow[]): string | undefined {
  if (rows.length === 0) return undefined;
  const entries = rows.map(({ name, settings, pause }) =>
    `${JSON.stringify(name)}:${pause === null ? settings : withMembers(settings, `"paused":true`)}`
  );
  return `{${entries.join(",")}}`;
}

/** The record of a schedule as JSON text: its input keeps every digit. */
export function scheduleText(row: ScheduleRow): string {
  const { name, next_at, due_at, last_at, last_mission, last_error, pause, fired, skipped } = row;
  const known = {
    name,
    paused: pause !== null,
    next_at: next_at ?? undefined,
    due_at: due_at ?? undefined,
    last_at: last_at ?? undefined,
    last_mission_id: last_mission ?? undefined,
    last_error: last_error ?? undefined,
    fired,
    skipped,
  };
  const members = JSON.stringify(known).slice(1, -1);
  return withMembers(row.settings, pause === null ? members : `${members},"pause":${pause}`);
}

/** A JSON object with members inserted before its own. */
function withMembers(object: string, members: string): string {
  return `{${members},${object.slice(1)}`;
}
