/** Log records of missions. @module */
import type { Log, LogFields } from "../host/log.ts";
import type { DoneMission, RunningMission } from "../store/mission_row.ts";
import { ranMs, type TransitionListener } from "./transitions.ts";

/** Maximum number of characters of a fail message in the log. */
const MESSAGE_CHARS = 512;

/** Logs when a mission is dispatched, started and finished. */
export function missionLog(log: Log): TransitionListener {
  return (transition) => {
    if (transition.change === "queued") {
      const { missionId: mission_id, missionName: mission_name, kind, lane, restartedFrom } =
        transition.mission;
      // Execs and restarts are logged as audit records.
      if (kind === "exec" || restartedFrom !== null) return;
      log.info("mission", { phase: "dispatched", mission_id, lane, mission_name });
    } else if (transition.change === "started") {
      const { mission, start } = transition;
      log.info("mission", { phase: "started", ...fieldsOf(mission), pid: start.pid });
    } else if (transition.change === "again") {
      const { from, attempt: { ending, runAtMs } } = transition;
      log.info("mission", {
        phase: "attempt_failed",
        ...fieldsOf(from),
        attempt: from.attempt,
        outcome: ending.outcome,
        next_attempt_at: runAtMs,
      });
    } else if (transition.change === "done") log.info("mission", finished(transition.mission));
  };
}

function finished(row: DoneMission): LogFields {
  const { outcome } = row;
  const failure = outcome === "success" ? {} : {
    fail_reason: row.fail_reason ?? undefined,
    fail_message: row.fail_message?.slice(0, MESSAGE_CHARS),
    exit_code: row.exit_code,
    signal: row.signal ?? undefined,
  };
  return { phase: "finished", ...fieldsOf(row), outcome, duration_ms: ranMs(row), ...failure };
}

function fieldsOf(row: RunningMission | DoneMission): LogFields {
  const { mission_id, kind, lane, mission_name, display_name } = row;
  return { mission_id, kind, lane, mission_name, display_name: display_name ?? undefined };
}
