import type { MissionKind, OutcomeKind } from "../protocol/mission.ts";
import { ranMs, type Transition } from "./engine/transitions.ts";
import type { DoneMission, RunningMission } from "./store/mission_row.ts";

/** The mission of a {@linkcode MissionChange}. */
export interface ChangedMission {
  /** UUIDv7 of the mission or exec. */
  readonly missionId: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** Its lane. */
  readonly lane: string;
  /** Name of the script; `exec` for every exec. */
  readonly missionName: string;
  /** Shown in lists instead of the name. Undefined except for execs with one. */
  readonly displayName: string | undefined;
}

/** The process of a mission runs. It leads its own process group. */
export interface MissionStarted extends ChangedMission {
  /** Discriminates the kinds of changes. */
  readonly change: "started";
  /** Process id, and id of the process group. */
  readonly pid: number;
}

/** A mission, or an attempt that will be followed by another one, has ended. */
export interface MissionEnded extends ChangedMission {
  /** Discriminates the kinds of changes. With `again` the mission waits for its next attempt. */
  readonly change: "again" | "done";
  /** How it ended. */
  readonly outcome: OutcomeKind;
  /** Run time of the process, in milliseconds; 0 if there was none. */
  readonly durationMs: number;
  /** Machine-readable. Undefined after a success. */
  readonly failReason: string | undefined;
  /** Human-readable. */
  readonly failMessage: string | undefined;
}

/** A change of a mission, for the process that opened the dugdale. */
export type MissionChange = MissionStarted | MissionEnded;

/** The public form of a transition; undefined for internal ones. */
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
