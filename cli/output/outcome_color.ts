/**
 * The colours of what missions are and how they ended.
 *
 * @module
 */
import type { MissionStatus, OutcomeKind } from "../../protocol/mission.ts";
import type { Color } from "./color.ts";

/** The colour of a status. */
export function statusColor(status: MissionStatus): Color | undefined {
  const colors: Readonly<Record<MissionStatus, Color | undefined>> = {
    queued: "yellow",
    running: "cyan",
    done: undefined,
    deleting: "dim",
  };
  return colors[status];
}

/** The colour of an outcome. */
export function outcomeColor(outcome: OutcomeKind | undefined): Color | undefined {
  if (outcome === undefined) return undefined;
  if (outcome === "success") return "green";
  return outcome === "killed" ? "magenta" : "red";
}
