import type { PastSpan } from "../protocol/tracing.ts";
import type { TransitionListener } from "./engine/transitions.ts";
import { hadProcess } from "./store/mission_json.ts";
import type { MissionRow } from "./store/mission_row.ts";

/**
 * Records spans of missions that were dispatched within a trace: `letts.queue` from the dispatch to the start, and
 * `letts.process` from the start to the end, one for each attempt.
 */
export function missionTraces(record: (past: PastSpan) => void): TransitionListener {
  return (transition) => {
    switch (transition.change) {
      case "started": {
        const { mission, start } = transition;
        const { attempt, traceparent, time_created: startedMs } = mission;
        if (traceparent === null || attempt > 1) return;
        const attributes = attributesOf(mission);
        return record({ name: "letts.queue", traceparent, startedMs, endedMs: start.startedMs, attributes });
      }
      case "again": {
        const { from, attempt: { ending, nowMs, start } } = transition;
        // The start may have been recorded after the row was read.
        const startedMs = start?.startedMs ?? from.time_started;
        return recordProcess(from, { startedMs, endedMs: nowMs, ...ending });
      }
      case "done": {
        const { mission } = transition;
        const { time_started: startedMs, time_finished: endedMs, outcome, fail_reason: failReason } = mission;
        if (!hadProcess(mission) || startedMs === null) return;
        return recordProcess(mission, { startedMs, endedMs, outcome, failReason });
      }
    }
  };

  function recordProcess(
    mission: MissionRow,
    { startedMs, endedMs, outcome, failReason }: {
      readonly startedMs: number;
      readonly endedMs: number;
      readonly outcome: string;
      readonly failReason: string | null;
    },
  ): void {
    const { traceparent } = mission;
    if (traceparent === null) return;
    const attributes = { ...attributesOf(mission), "letts.outcome": outcome };
    const failure = outcome === "success" ? undefined : failReason ?? outcome;
    record({ name: "letts.process", kind: CONSUMER, traceparent, startedMs, endedMs, attributes, failure });
  }
}

/** `SpanKind` of OpenTelemetry. */
const CONSUMER = 4;

function attributesOf(
  { mission_id, mission_name, lane, attempt }: MissionRow,
): Record<string, string | number> {
  return {
    "letts.mission_id": mission_id,
    "letts.mission": mission_name,
    "letts.lane": lane,
    "letts.attempt": attempt,
  };
}
