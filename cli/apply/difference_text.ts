/**
 * A difference for people.
 *
 * @module
 */
import { bracketed } from "../print/bracketed.ts";
import type { Difference, LaneChange, RuntimeChange } from "./difference.ts";

const LANE_COLUMNS = 15;

/** A line for each thing that would change, each with its newline; empty when nothing would. */
export function differenceText(diff: Difference): string {
  const { MissionDirChange: dir, LabelsChange: labels, RuntimeChange: runtime } = diff;
  const lines = [
    ...(diff.AddedLanes ? [`add lanes:    ${bracketed(diff.AddedLanes)}`] : []),
    ...(diff.RemovedLanes ? [`remove lanes: ${bracketed(diff.RemovedLanes)}`] : []),
    ...(diff.KeptLanes ? [`keep lanes:   ${bracketed(diff.KeptLanes)}`] : []),
    ...(diff.ChangedLanes ?? []).map(laneText),
    ...(dir ? [`mission_dir:  ${quote(dir.Old)} -> ${quote(dir.New)}`] : []),
    ...(labels ? [`labels:       ${bracketed(labels.Old)} -> ${bracketed(labels.New)}`] : []),
    ...(runtime ? [`runtime:      ${runtimeText(runtime)}`] : []),
  ];
  return lines.map((line) => `  ${line}\n`).join("");
}

function laneText(lane: LaneChange): string {
  const concurrency = `${lane.OldConcurrency}->${lane.NewConcurrency}`;
  return `lane ${
    lane.Name.padEnd(LANE_COLUMNS)
  } concurrency=${concurrency} paused=${lane.OldPaused}->${lane.NewPaused}`;
}

function runtimeText(change: RuntimeChange): string {
  const parts = [
    `command_template ${bracketed(change.OldCommandTemplate ?? [])} -> ${
      bracketed(change.NewCommandTemplate ?? [])
    }`,
    `mission_path ${quote(change.OldMissionPathTemplate)} -> ${quote(change.NewMissionPathTemplate)}`,
    ...(change.OldValidate === change.NewValidate
      ? []
      : [`validate_mission_file ${change.OldValidate} -> ${change.NewValidate}`]),
  ];
  return parts.join(" ; ");
}

function quote(text: string): string {
  return JSON.stringify(text);
}
