/**
 * A snapshot as text.
 *
 * @module
 */
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { shortText } from "../../output/error_text.ts";
import type { Paint } from "../../output/color.ts";
import { humanDuration } from "../../output/human.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import type { HostSnapshot } from "./snapshot.ts";

/** How it is drawn. */
export interface ScreenOptions {
  readonly columns: number;
  readonly paint: Paint;
  readonly nowMs: number;
  readonly config: LettsConfig;
}

const LANES = [
  { title: "DUGDALE" },
  { title: "LANE", shrinks: true },
  { title: "STATE" },
  { title: "RUNNING", right: true },
  { title: "QUEUED", right: true },
];
const MISSIONS = [
  { title: "RUNS", right: true },
  { title: "DUGDALE", leaves: 2 },
  { title: "LANE", shrinks: true, leaves: 1 },
  { title: "MISSION", shrinks: true },
  { title: "ID" },
];

/** The lanes of all dugdales, then what runs in them, the longest first. */
export function screenText(hosts: readonly HostSnapshot[], options: ScreenOptions): string {
  const missions = hosts.flatMap(({ running }) => running)
    .toSorted((a, b) => (a.startedMs ?? Infinity) - (b.startedMs ?? Infinity));
  const queued = hosts.flatMap(({ lanes }) => lanes).reduce((sum, lane) => sum + lane.queued, 0);
  const time = new Date(options.nowMs).toTimeString().slice(0, 8);
  const head = `${
    options.paint("bold", "letts top")
  }  ${time}  running ${missions.length}  queued ${queued}\n`;
  const lanes = terminalTable(LANES, hosts.flatMap((host) => laneRows(host, options.config)), options);
  const rows = missions.map((mission): readonly Cell[] => [
    {
      text: mission.startedMs === undefined
        ? ""
        : humanDuration(Math.max(0, options.nowMs - mission.startedMs)),
    },
    { text: mission.host },
    { text: mission.lane },
    { text: mission.displayName ?? mission.missionName, color: "bold" },
    { text: mission.missionId, color: "dim" },
  ]);
  return `${head}\n${lanes}${rows.length === 0 ? "" : `\n${terminalTable(MISSIONS, rows, options)}`}`;
}

function laneRows({ host, error, lanes }: HostSnapshot, config: LettsConfig): readonly (readonly Cell[])[] {
  if (error !== undefined) {
    return [[{ text: host, color: "bold" }, { text: shortText(error, config), color: "red" }]];
  }
  return lanes.map((lane): readonly Cell[] => [
    { text: host, color: "bold" },
    { text: lane.name },
    lane.paused ? { text: "paused", color: "yellow" } : { text: "open", color: "green" },
    { text: `${lane.running}/${lane.concurrency}` },
    { text: String(lane.queued) },
  ]);
}
