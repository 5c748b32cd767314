/**
 * Schedules of a dugdale: definitions, next times, and manual actions.
 *
 * @module
 */
import { parseScheduleName } from "../protocol/names.ts";
import type { NextReply, ScheduleRecord } from "../protocol/schedule.ts";
import { argument } from "./arguments.ts";
import { requireFeatures } from "./features.ts";
import type { Connection } from "./http/connection.ts";
import { ADMIN } from "./http/scopes.ts";
import type { CallOptions, DispatchedRef } from "./types.ts";

const NEEDED = ["schedules"];

/** All schedules, by name. */
export async function listSchedules(
  connection: Connection,
  { signal }: CallOptions,
): Promise<readonly ScheduleRecord[]> {
  await requireFeatures(connection, NEEDED, { signal });
  return (await connection.json("listSchedules", { scopes: ADMIN, signal })).schedules;
}

/** A schedule as the JSON text that was sent, so that its input keeps every digit. */
export async function scheduleText(
  connection: Connection,
  name: string,
  { signal }: CallOptions,
): Promise<string> {
  await requireFeatures(connection, NEEDED, { signal });
  return await connection.text("getSchedule", { scopes: ADMIN, path: pathOf(name), signal });
}

/** Its next times. */
export async function nextFires(
  connection: Connection,
  name: string,
  { count, signal }: { readonly count?: number | undefined } & CallOptions,
): Promise<NextReply> {
  await requireFeatures(connection, NEEDED, { signal });
  return await connection.json("nextOfSchedule", {
    scopes: ADMIN,
    path: pathOf(name),
    query: { count },
    signal,
  });
}

/** Pauses it. */
export async function pauseSchedule(
  connection: Connection,
  name: string,
  { who, reason, signal }:
    & { readonly who?: string | undefined; readonly reason?: string | undefined }
    & CallOptions,
): Promise<ScheduleRecord> {
  await requireFeatures(connection, NEEDED, { signal });
  return await connection.json("pauseSchedule", {
    scopes: ADMIN,
    path: pathOf(name),
    body: JSON.stringify({ who, reason }),
    signal,
  });
}

/** Resumes it. */
export async function continueSchedule(
  connection: Connection,
  name: string,
  { signal }: CallOptions,
): Promise<ScheduleRecord> {
  await requireFeatures(connection, NEEDED, { signal });
  return await connection.json("continueSchedule", { scopes: ADMIN, path: pathOf(name), signal });
}

/** Queues its mission now. */
export async function runSchedule(
  connection: Connection,
  name: string,
  { signal }: CallOptions,
): Promise<DispatchedRef> {
  await requireFeatures(connection, NEEDED, { signal });
  const reply = await connection.json("runSchedule", { scopes: ADMIN, path: pathOf(name), signal });
  return { host: connection.host, missionId: reply.mission_id, kind: "mission", status: reply.status };
}

function pathOf(name: string): Readonly<Record<string, string>> {
  return { name: argument(() => parseScheduleName(name)) };
}
