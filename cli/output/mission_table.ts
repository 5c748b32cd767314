/**
 * Missions as a table.
 *
 * @module
 */
import type { Mission, Page } from "../../client/types.ts";
import type { MissionStatus, OutcomeKind } from "../../protocol/mission.ts";
import { type Color, paintFor } from "./color.ts";
import { humanDuration, humanTime } from "./human.ts";
import type { Io } from "./io.ts";
import { cursorText, tableText } from "./table.ts";
import { type Cell, terminalTable } from "./terminal_table.ts";

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

const TERMINAL_COLUMNS = [
  { title: "ID" },
  { title: "STATE" },
  { title: "LANE", shrinks: true, leaves: 3 },
  { title: "MISSION", shrinks: true, least: 20 },
  { title: "CREATED", leaves: 4 },
  { title: "TOOK", right: true, leaves: 2 },
  { title: "GROUP", leaves: 1 },
];

/** One page for programs; the last two columns appear only if a row has a value for them. */
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

/** One page for people. */
export function missionTerminalTable({ items, nextCursor }: Page<Mission>, io: Io, nowMs: number): string {
  const paint = paintFor(io.stdout, io);
  const rows = items.map((mission): readonly Cell[] => [
    { text: mission.missionId },
    stateCell(mission),
    { text: mission.lane },
    { text: mission.displayName ?? mission.missionName, color: "bold" },
    { text: humanTime(mission.createdMs, nowMs) },
    { text: tookText(mission, nowMs) },
    { text: mission.groupId ?? "", color: "dim" },
  ]);
  return terminalTable(TERMINAL_COLUMNS, rows, { columns: io.columns(), paint }) + cursorText(nextCursor);
}

/** The outcome implies that a mission is done. */
function stateCell({ status, outcome }: Mission): Cell {
  if (status === "done" && outcome) return { text: outcome, color: outcomeColor(outcome) };
  return { text: status, color: statusColor(status) };
}

function tookText({ durationMs, startedMs, status }: Mission, nowMs: number): string {
  if (durationMs !== undefined) return humanDuration(durationMs);
  return status === "running" && startedMs !== undefined ? humanDuration(nowMs - startedMs) : "";
}

/** The colour of a status. */
function statusColor(status: MissionStatus): Color | undefined {
  const colors: Readonly<Record<MissionStatus, Color | undefined>> = {
    queued: "yellow",
    running: "cyan",
    done: undefined,
    deleting: "dim",
  };
  return colors[status];
}

/** The colour of an outcome. */
function outcomeColor(outcome: OutcomeKind | undefined): Color | undefined {
  if (outcome === undefined) return undefined;
  if (outcome === "success") return "green";
  return outcome === "killed" ? "magenta" : "red";
}
