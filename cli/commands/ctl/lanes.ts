/** `letts ctl lanes list`, `pause` and `continue`. @module */
import type { LaneRecord } from "../../../protocol/lane.ts";
import { paintFor } from "../../output/color.ts";
import type { Io } from "../../output/io.ts";
import { writeResult } from "../../output/record.ts";
import { tableText } from "../../output/table.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import { required, type Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { LANE_FLAG, ONE_LANE_FLAG } from "./flags.ts";

type ListCall = Call<Values<typeof HOST_FLAG & typeof ONE_LANE_FLAG>>;
type LaneCall = Call<Values<typeof HOST_FLAG & typeof LANE_FLAG>>;

const COLUMNS = [
  { title: "LANE", width: 20 },
  { title: "CONCURRENCY", width: 12 },
  { title: "PAUSED", width: 6 },
  { title: "QUEUED", width: 8 },
  { title: "RUNNING", width: 8 },
];

/** Prints the lanes of a dugdale and their load. */
export async function listLanes(call: ListCall): Promise<void> {
  const client = await call.open();
  const { host, lane: wanted } = call.flags;
  const lanes = (await client.lanes(oneDugdale(client.config, host).id))
    .filter(({ name }) => wanted === undefined || name === wanted)
    .map(({ name, concurrency, paused, queued, running }) => ({
      name,
      concurrency,
      paused,
      queued,
      running,
    }));
  const text = () =>
    call.io.stdout.isTerminal
      ? laneTerminalTable(lanes, call.io)
      : tableText(COLUMNS, lanes.map((lane) => Object.values(lane).map(String)));
  await writeResult(call.io.stdout, call.globals.output, lanes, text);
}

function laneTerminalTable(lanes: readonly LaneRecord[], io: Io): string {
  const columns = [
    { title: "LANE", shrinks: true },
    { title: "STATE" },
    { title: "RUNNING", right: true },
    { title: "QUEUED", right: true },
  ];
  const rows = lanes.map(({ name, paused, running, concurrency, queued }): readonly Cell[] => [
    { text: name, color: "bold" },
    paused ? { text: "paused", color: "yellow" } : { text: "open", color: "green" },
    { text: `${running}/${concurrency}` },
    { text: String(queued) },
  ]);
  return terminalTable(columns, rows, { columns: io.columns(), paint: paintFor(io.stdout, io) });
}

/** Stops a lane from starting missions. */
export async function pauseLane(call: LaneCall): Promise<void> {
  const lane = required(call.flags.lane, "lane");
  const client = await call.open();
  await client.pauseLane(oneDugdale(client.config, call.flags.host).id, lane);
}

/** Lets a lane start missions again. */
export async function continueLane(call: LaneCall): Promise<void> {
  const lane = required(call.flags.lane, "lane");
  const client = await call.open();
  await client.continueLane(oneDugdale(client.config, call.flags.host).id, lane);
}
