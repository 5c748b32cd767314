/**
 * The screen of `letts top`, as text.
 *
 * @module
 */
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import type { Paint } from "../../output/color.ts";
import { clip, oneLine } from "../../output/columns.ts";
import { hostText } from "../../output/error_text.ts";
import { humanDuration } from "../../output/human.ts";
import { type Cell, type TerminalColumn, terminalTable } from "../../output/terminal_table.ts";
import type { Dashboard, HostRow, LaneRow, MissionRow, Row } from "./dashboard.ts";
import type { Progress } from "./progress_watch.ts";
import { type Rates, rateText, sparkline } from "./rates.ts";

/** What to draw, and how. */
export interface Drawing {
  readonly dashboard: Dashboard;
  readonly rates: Rates;
  readonly progressOf: (row: MissionRow) => Progress | undefined;
  readonly columns: number;
  readonly paint: Paint;
  readonly nowMs: number;
  readonly config: LettsConfig;
}

const LANES: readonly TerminalColumn[] = [
  { title: "DUGDALE" },
  { title: "LANE", shrinks: true },
  { title: "STATE" },
  { title: "RUNNING", right: true },
  { title: "QUEUED", right: true },
  { title: "ENDED/S", right: true, leaves: 2 },
  { title: "FAILED/S", right: true, leaves: 2 },
  { title: "TREND", leaves: 1 },
];
const MISSIONS: readonly TerminalColumn[] = [
  { title: "RUNS", right: true },
  { title: "DUGDALE", leaves: 3 },
  { title: "LANE", shrinks: true, leaves: 2 },
  { title: "MISSION", shrinks: true, least: 12 },
  { title: "PROGRESS", shrinks: true, least: 28 },
];
const ID: TerminalColumn = { title: "ID" };

const TREND_COLUMNS = 12;
const BAR_COLUMNS = 10;
/** Markers of the selected row and of the others. */
const MARKS = ["> ", "  "] as const;
/** The title, an empty line, and the keys. */
const FRAME_LINES = 3;

/** A complete update: the lanes of all dugdales, then the running missions. */
export function lookText(drawing: Drawing): string {
  const { lanes, missions } = drawing.dashboard;
  return [
    `${headLine(drawing)}\n\n`,
    terminalTable(LANES, lanes.map((row) => laneCells(row, drawing)), drawing),
    ...errorLines(drawing).map((line) => `${line}\n`),
    ...(missions.length === 0 ? [] : ["\n", missionTable(missions, drawing, [...MISSIONS, ID])]),
  ].join("");
}

/** The lines of the screen, at most `height` of them. */
export function screenLines(drawing: Drawing, height: number): readonly string[] {
  const { dashboard, columns, paint } = drawing;
  const { pane } = dashboard;
  if (pane !== undefined) {
    const lines = dashboard.paneLines(listHeight(height)).map((line) => clip(line, columns));
    return [
      paint("bold", clip(pane.title, columns)),
      "",
      ...lines,
      ...Array<string>(Math.max(0, listHeight(height) - lines.length)).fill(""),
      paint("dim", clip("Esc back  arrows move", columns)),
    ].slice(0, height);
  }
  const lines = listLines(drawing, listHeight(height));
  return [
    headLine(drawing),
    "",
    ...lines,
    ...Array<string>(Math.max(0, listHeight(height) - lines.length)).fill(""),
    bottomLine(drawing),
  ].slice(0, height);
}

/** Lines available for the list or the pane. */
export function listHeight(height: number): number {
  return Math.max(1, height - FRAME_LINES);
}

/** Lanes and errors above, missions below, both cut so that the selected row is visible. */
function listLines(drawing: Drawing, screenHeight: number): readonly string[] {
  const errors = errorLines(drawing).slice(0, Math.floor(screenHeight / 4));
  const height = screenHeight - errors.length;
  const { lanes, missions, chosen } = drawing.dashboard;
  const narrow = { ...drawing, columns: drawing.columns - MARKS[0].length };
  const laneLines = marked(
    terminalTable(LANES, lanes.map((row) => laneCells(row, drawing)), narrow),
    lanes,
    chosen,
    drawing.paint,
  );
  if (missions.length === 0) return [...cut(laneLines, height), ...errors];
  const missionLines = marked(
    missionTable(missions, narrow, [...MISSIONS, { ...ID, leaves: 0 }]),
    missions,
    chosen,
    drawing.paint,
  );
  const half = Math.floor((height - 1) / 2);
  const forLanes = Math.min(laneLines.lines.length, Math.max(half, height - 1 - missionLines.lines.length));
  return [...cut(laneLines, forLanes), ...errors, "", ...cut(missionLines, height - 1 - forLanes)];
}

interface MarkedTable {
  /** The header, then a line for each row. */
  readonly lines: readonly string[];
  /** The line of the selected row; 0 if it is in the other table. */
  readonly chosenAt: number;
}

function marked(table: string, rows: readonly Row[], chosen: Row | undefined, paint: Paint): MarkedTable {
  const chosenAt = rows.findIndex(({ key }) => key === chosen?.key) + 1;
  const lines = table.trimEnd().split("\n").map((line, index) =>
    index > 0 && index === chosenAt ? paint("cyan", MARKS[0]) + line : MARKS[1] + line
  );
  return { lines, chosenAt };
}

/** The header and as many rows as fit, around the selected one. */
function cut({ lines: [titles = "", ...rows], chosenAt }: MarkedTable, height: number): readonly string[] {
  const fitting = Math.max(0, height - 1);
  const from = Math.max(0, Math.min(chosenAt - Math.ceil(fitting / 2), rows.length - fitting));
  return [titles, ...rows.slice(from, from + fitting)];
}

function headLine({ dashboard, rates, columns, paint, nowMs }: Drawing): string {
  const { hosts } = dashboard;
  const time = new Date(nowMs).toTimeString().slice(0, 8);
  const running = hosts.reduce((sum, host) => sum + host.running.length, 0);
  const queued = hosts.flatMap(({ lanes }) => lanes).reduce((sum, lane) => sum + lane.queued, 0);
  const silent = hosts.filter(({ error }) => error !== undefined).length;
  const total = rates.total();
  const facts = [
    time,
    `running ${running}`,
    `queued ${queued}`,
    ...(total === undefined
      ? []
      : [`ended ${rateText(total.ended)}/s`, `failed ${rateText(total.failed)}/s`]),
    ...(silent === 0 ? [] : [`${silent} of ${hosts.length} do not answer`]),
  ];
  const name = "letts top";
  return paint("bold", name) + clip(facts.map((fact) => `  ${fact}`).join(""), columns - name.length);
}

function bottomLine({ dashboard, columns, paint }: Drawing): string {
  const { confirm, typing, filter, message } = dashboard;
  if (confirm !== undefined) {
    const { missionName, missionId } = confirm.mission;
    return paint("yellow", clip(`kill ${missionName} ${missionId}? y or n`, columns));
  }
  if (typing) return clip(`/${filter}_`, columns);
  if (message !== "") return paint("yellow", clip(message, columns));
  const keys = "q quit  / filter  arrows move  Enter show  l output  k kill  p pause lane";
  return paint("dim", clip(filter === "" ? keys : `filter ${filter} (Esc clears)  ${keys}`, columns));
}

/** Errors of unreachable dugdales. */
function errorLines({ dashboard, config, columns, paint }: Drawing): readonly string[] {
  return dashboard.lanes.flatMap((row) =>
    row.kind === "host" ? [paint("red", clip(oneLine(hostText(row.host, row.error, config)), columns))] : []
  );
}

function laneCells(row: LaneRow | HostRow, { rates }: Drawing): readonly Cell[] {
  if (row.kind === "host") {
    return [{ text: row.host, color: "bold" }, { text: "" }, { text: "no answer", color: "red" }];
  }
  const { host, lane } = row;
  const rate = rates.of(host, lane.name);
  return [
    { text: host, color: "bold" },
    { text: lane.name },
    stateCell(row),
    { text: `${lane.running}/${lane.concurrency}` },
    { text: String(lane.queued) },
    { text: rate === undefined ? "" : rateText(rate.ended) },
    { text: rate === undefined ? "" : rateText(rate.failed), color: rate?.failed ? "red" : undefined },
    { text: rate === undefined ? "" : sparkline(rate.trend, TREND_COLUMNS), color: "cyan" },
  ];
}

function stateCell({ lane }: LaneRow): Cell {
  if (lane.paused) return { text: "paused", color: "yellow" };
  if (lane.waits_for === "rate") return { text: "waits for rate", color: "yellow" };
  if (lane.waits_for !== undefined) return { text: `waits for ${lane.waits_for}`, color: "red" };
  return { text: "open", color: "green" };
}

function missionTable(
  missions: readonly MissionRow[],
  drawing: Drawing,
  columns: readonly TerminalColumn[],
): string {
  const rows = missions.map((row): readonly Cell[] => {
    const { mission } = row;
    return [
      {
        text: mission.startedMs === undefined
          ? ""
          : humanDuration(Math.max(0, drawing.nowMs - mission.startedMs)),
      },
      { text: row.host },
      { text: mission.lane },
      { text: mission.displayName ?? mission.missionName, color: "bold" },
      { text: progressText(drawing.progressOf(row)), color: "cyan" },
      { text: mission.missionId, color: "dim" },
    ];
  });
  return terminalTable(columns, rows, drawing);
}

function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return "";
  const { value, message } = progress;
  if (value === undefined) return message;
  const share = Math.min(1, Math.max(0, value));
  const full = Math.round(share * BAR_COLUMNS);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `${"█".repeat(full)}${"░".repeat(BAR_COLUMNS - full)} ${percent} ${message}`.trimEnd();
}
