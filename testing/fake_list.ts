/**
 * Lists of a fake dugdale.
 *
 * @module
 */
import { json } from "../dugdale/http/answer.ts";
import { cursorOf, type ListQuery } from "../dugdale/http/list_query.ts";
import type { ReferredFile, RefKind, RefPosition } from "../dugdale/store/staging_refs.ts";
import type { MissionRecord, OutputFile } from "../protocol/mission.ts";
import type { StagingId } from "../protocol/names.ts";
import type { FakeMission } from "./fake_mission.ts";
import type { FakeStaging } from "./fake_staging.ts";

/** One page of missions, newest first. */
export function missionPage(missions: readonly FakeMission[], query: ListQuery): Response {
  const { order, after, limit } = query;
  const timeOf = (record: MissionRecord) =>
    (order === "created" ? record.time_created : record.time_finished) ?? 0;
  const found = missions.map((mission) => mission.record())
    .filter((record) => fits(record, query) && (order === "created" || record.time_finished !== undefined))
    .filter((record) => after === undefined || compare([timeOf(record), record.mission_id], after) < 0)
    .sort((a, b) => compare([timeOf(b), b.mission_id], { timeMs: timeOf(a), missionId: a.mission_id }));
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const next = last && cursorOf({ timeMs: timeOf(last), missionId: last.mission_id }, order);
  return json({ missions: page, next_cursor: next });
}

function compare([timeMs, id]: [number, string], other: { timeMs: number; missionId: string }): number {
  return timeMs - other.timeMs || (id < other.missionId ? -1 : id > other.missionId ? 1 : 0);
}

function fits(record: MissionRecord, { filter }: ListQuery): boolean {
  const { status, outcome, lane, kind, groupId, name, namePrefix, sinceMs = 0, untilMs = Infinity } = filter;
  const same = (wanted: string | undefined, is: string | undefined) => wanted === undefined || wanted === is;
  const missionName = lower(record.mission_name);
  return (status === undefined ? record.status !== "deleting" : status === record.status) &&
    same(outcome, record.outcome) && same(lane, record.lane) && same(kind, record.kind) &&
    same(groupId, record.group_id) && missionName.includes(lower(name ?? "")) &&
    missionName.startsWith(lower(namePrefix ?? "")) &&
    record.time_created >= sinceMs && record.time_created < untilMs;
}

/** ASCII letters only, as the database of a dugdale compares. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Files of a mission, the newest first. */
export function referredFiles(
  mission: FakeMission | undefined,
  staging: FakeStaging,
  kind: RefKind | "",
  after: RefPosition | undefined,
  limit: number,
): ReferredFile[] {
  if (mission === undefined) return [];
  const { order, done } = mission;
  const uses: [RefKind, string, OutputFile][] = [
    ...order.inputs.map((file): [RefKind, string, OutputFile] => ["input", file.role, file]),
    ...(order.script ? [["script", "", order.script] as [RefKind, string, OutputFile]] : []),
    ...Object.entries(done?.outputs ?? {}).map(([role, file]): [RefKind, string, OutputFile] => [
      "output",
      role,
      file,
    ]),
  ];
  return uses.filter(([refKind]) => kind === "" || kind === refKind)
    .map(([ref_kind, role, { staging_id, sha256, size }]): ReferredFile => {
      const file = staging.entry(staging_id);
      return {
        staging_id: staging_id as StagingId,
        state: file?.state ?? "complete",
        sha256,
        size,
        bytes_received: file?.content.length ?? size,
        time_created: file?.createdMs ?? 0,
        time_updated: file?.updatedMs ?? 0,
        time_expires: null,
        downloaded_at: null,
        ref_kind,
        role,
      };
    })
    .sort((a, b) => position(a) < position(b) ? 1 : -1)
    .filter((file) => after === undefined || position(file) < position(after))
    .slice(0, limit);
}

function position({ time_created, staging_id, ref_kind, role }: RefPosition): string {
  return [String(time_created).padStart(16, "0"), staging_id, ref_kind, role].join("\0");
}
