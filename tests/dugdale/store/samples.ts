/** The plainest mission and the plainest end, for tests that say only what matters to them. */
import type { DoneMission, Ending, NewMission } from "../../../dugdale/store/mission_row.ts";
import type { Store } from "../../../dugdale/store/store.ts";
import type { MissionId } from "../../../protocol/names.ts";
import type { OutcomeKind } from "../../../protocol/mission.ts";
import { ids } from "../running.ts";

export function newMission(more: Partial<NewMission> = {}): NewMission {
  return {
    missionId: ids.mission(),
    kind: "mission",
    lane: "a",
    missionName: "m",
    createdMs: 1,
    timeoutMs: null,
    runtime: null,
    displayName: null,
    groupId: null,
    restartedFrom: null,
    traceparent: null,
    inputFingerprint: "",
    class: 1,
    serial: 0,
    key: null,
    runAtMs: null,
    plan: null,
    input: "null",
    files: [],
    ...more,
  };
}

export function ending(outcome: OutcomeKind, more: Partial<Ending> = {}): Ending {
  return {
    outcome,
    exitCode: 0,
    signal: null,
    failReason: null,
    failMessage: null,
    failDetails: null,
    returnValue: null,
    progressDropped: 0,
    truncatedStdout: false,
    truncatedStderr: false,
    ...more,
  };
}

/** Makes a mission done that waits or runs. Called within a change. */
export function finish(
  { missions }: Store,
  missionId: MissionId,
  end: Ending,
  nowMs: number,
): DoneMission | undefined {
  const row = missions.find(missionId);
  if (row?.status !== "queued" && row?.status !== "running") return undefined;
  return missions.finish(row, end, nowMs);
}
