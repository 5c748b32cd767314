/**
 * A difference as text.
 *
 * @module
 */
import { columnsOf } from "../../output/columns.ts";
import { bracketed } from "../../output/table.ts";
import { broken } from "../../output/wrapped.ts";
import type { Difference, LaneChange, LaneOptionsChange, RuntimeChange } from "./difference.ts";

const LANE_COLUMNS = 15;
/** Column of the values. */
const INDENT = " ".repeat(16);
/** Column of values that are too long for one line. */
const NARROW_INDENT = " ".repeat(4);

/** A change: its padded label, and its values. */
type Line = readonly [label: string, ...values: string[]];

/**
 * One line for each change, with newlines; empty if nothing changes.
 *
 * @param columns Width of the terminal: longer lines are wrapped. Default: no wrapping.
 */
export function differenceText(diff: Difference, columns: number = Infinity): string {
  const { MissionDirChange: dir, LabelsChange: labels, RuntimeChange: runtime } = diff;
  const lines: Line[] = [
    ...lanesLine("add lanes:    ", diff.AddedLanes),
    ...lanesLine("remove lanes: ", diff.RemovedLanes),
    ...lanesLine("keep lanes:   ", diff.KeptLanes),
    ...(diff.ChangedLanes ?? []).map(laneLine),
    ...(diff.LaneOptionsChanges ?? []).map(optionsLine),
    ...lanesLine("add schedules:    ", diff.AddedSchedules),
    ...lanesLine("change schedules: ", diff.ChangedSchedules),
    ...lanesLine("remove schedules: ", diff.RemovedSchedules),
    ...(dir ? [["mission_dir:  ", `${quote(dir.Old)} -> ${quote(dir.New)}`] as const] : []),
    ...(labels ? [["labels:       ", `${bracketed(labels.Old)} -> ${bracketed(labels.New)}`] as const] : []),
    ...(runtime ? [["runtime:      ", ...runtimeTexts(runtime)] as const] : []),
  ];
  return lines.flatMap((line) => fitted(line, columns)).map((line) => `${line}\n`).join("");
}

/** On one line if it fits; otherwise the values below each other. */
function fitted([label, ...values]: Line, columns: number): readonly string[] {
  const whole = `  ${label}${values.join(" ; ")}`;
  if (columnsOf(whole) <= columns) return [whole];
  const below = (indent: string) => values.flatMap((value) => broken(value, indent, columns));
  const [first = "", ...rest] = below(INDENT);
  const start = `  ${label}${first.trimStart()}`;
  const fits = [start, ...rest].every((line) => columnsOf(line) <= columns);
  return fits ? [start, ...rest] : [`  ${label.trimEnd()}`, ...below(NARROW_INDENT)];
}

function lanesLine(label: string, names: readonly string[] | null): readonly Line[] {
  return names === null ? [] : [[label, bracketed(names)]];
}

function laneLine(lane: LaneChange): Line {
  const concurrency = `${lane.OldConcurrency}->${lane.NewConcurrency}`;
  const paused = `${lane.OldPaused}->${lane.NewPaused}`;
  return [`lane ${lane.Name.padEnd(LANE_COLUMNS)} `, `concurrency=${concurrency} paused=${paused}`];
}

function optionsLine({ Name, Old, New }: LaneOptionsChange): Line {
  const text = (value: unknown) => value === undefined ? "default" : JSON.stringify(value);
  const [old, now] = [new Map(Object.entries(Old)), new Map(Object.entries(New))];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const changes = names.map((name) => [name, text(old.get(name)), text(now.get(name))] as const)
    .filter(([, before, after]) => before !== after)
    .map(([name, before, after]) => `${name}=${before}->${after}`);
  return [`lane ${Name.padEnd(LANE_COLUMNS)} `, ...changes];
}

function runtimeTexts(change: RuntimeChange): readonly string[] {
  return [
    `command_template ${bracketed(change.OldCommandTemplate ?? [])} -> ${
      bracketed(change.NewCommandTemplate ?? [])
    }`,
    `mission_path ${quote(change.OldMissionPathTemplate)} -> ${quote(change.NewMissionPathTemplate)}`,
    ...(change.OldValidate === change.NewValidate
      ? []
      : [`validate_mission_file ${change.OldValidate} -> ${change.NewValidate}`]),
  ];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
