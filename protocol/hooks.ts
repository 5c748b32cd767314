/**
 * What a dugdale tells other programs of: the events of hooks and sinks.
 *
 * @module
 */

/** What happens to missions and execs. `mission.done` is every end, whatever its outcome. */
export type MissionEventType =
  | "mission.queued"
  | "mission.starting"
  | "mission.retrying"
  | "mission.succeeded"
  | "mission.failed"
  | "mission.timeout"
  | "mission.killed"
  | "mission.oom"
  | "mission.crashed"
  | "mission.lost"
  | "mission.done";

/** Every {@linkcode MissionEventType}, in the order of a mission's life. */
export const MISSION_EVENTS: readonly MissionEventType[] = [
  "mission.queued",
  "mission.starting",
  "mission.retrying",
  "mission.succeeded",
  "mission.failed",
  "mission.timeout",
  "mission.killed",
  "mission.oom",
  "mission.crashed",
  "mission.lost",
  "mission.done",
];
