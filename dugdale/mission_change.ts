import type { MissionKind, OutcomeKind } from "../protocol/mission.ts";
import { ranMs, type Transition } from "./engine/transitions.ts";
import type { DoneMission, RunningMission } from "./store/mission_row.ts";

/** The mission of a {@linkcode MissionChange}. */
export interface ChangedMission {
  /** UUIDv7 of the mission or exec. */
  readonly missionId: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** Where it waits and runs. */
  readonly lane: string;
  /** Name of the script; `exec` for every exec. */
  readonly missionName: string;
  /** What lists show instead of the name. Undefined unless an exec was given one. */
  readonly displayName: string | undefined;
}

/** The process of a mission runs. It leads a process group of its own. */
export interface MissionStarted extends ChangedMission {
  /** Tells the kinds of change apart. */
  readonly change: "started";
  /** Process id, and id of the process group. */
  readonly pid: number;
}

/** A mission has ended, or an attempt of it that is followed by another one. */
export interface MissionEnded extends ChangedMission {
  /** Tells the kinds of change apart. With `again` it waits for its next attempt. */
  readonly change: "again" | "done";
  /** How it ended. */
  readonly outcome: OutcomeKind;
  /** How long the process ran, in milliseconds; 0 when there was none. */
  readonly durationMs: number;
  /** A word for programs. Undefined after a success. */
  readonly failReason: string | undefined;
  /** The same for people. */
  readonly failMessage: string | undefined;
}

/** What has become of a mission, for the process that opened the dugdale. */
export type MissionChange = MissionStarted | MissionEnded;

/** A transition as it is told outside of the dugdale; undefined for those that are not. */
export function toMissionChange(transition: Transition): MissionChange | undefined {
  if (transition.change === "started") {
    const { change, mission, start } = transition;
    return { change, ...changed(mission), pid: start.pid };
  }
  if (transition.change === "again") {
    const { change, from, attempt: { ending, start, nowMs } } = transition;
    const { outcome, failReason, failMessage } = ending;
    return {
      change,
      ...changed(from),
      outcome,
      durationMs: nowMs - (start?.startedMs ?? from.time_started),
      failReason: failReason ?? undefined,
      failMessage: failMessage ?? undefined,
    };
  }
  if (transition.change !== "done") return undefined;
  const { change, mission } = transition;
  return {
    change,
    ...changed(mission),
    outcome: mission.outcome,
    durationMs: ranMs(mission),
    failReason: mission.fail_reason ?? undefined,
    failMessage: mission.fail_message ?? undefined,
  };
}

function changed(row: RunningMission | DoneMission): ChangedMission {
  const { mission_id: missionId, kind, lane, mission_name: missionName, display_name } = row;
  return { missionId, kind, lane, missionName, displayName: display_name ?? undefined };
}
