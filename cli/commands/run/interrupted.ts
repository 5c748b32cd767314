/**
 * Messages about missions that outlive a command.
 *
 * @module
 */
import { NetworkError, WaitTimeoutError } from "../../../client/errors.ts";
import { InterruptedError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import type { MissionEnd } from "./mission_end.ts";

/** A mission that may be running. */
export interface InterruptedMission {
  readonly host: string;
  readonly missionId: string;
  /** Whether the dugdale has accepted it. */
  readonly accepted: boolean;
}

/** Removes a mission that is not running: its dispatch was rejected, or it no longer exists. */
export function dropRefused(
  missions: Map<string, InterruptedMission>,
  host: string,
  error: unknown,
): void {
  const isUnsure = error instanceof NetworkError || error instanceof InterruptedError ||
    error instanceof WaitTimeoutError;
  if (!isUnsure) missions.delete(host);
}

/**
 * Reports the missions that may still be running although the command ends with the error. Without an interrupt only
 * accepted ones are reported: the error covers the others.
 */
export async function reportUnfinished(
  io: Io,
  error: unknown,
  missions: Iterable<InterruptedMission>,
  kind?: "mission" | "exec",
): Promise<void> {
  const all = [...missions];
  const shown = error instanceof InterruptedError ? all : all.filter(({ accepted }) => accepted);
  await reportStillRunning(io, shown, kind);
}

/** Reports the id of a failed mission, and possible next steps. */
export async function reportFailed(io: Io, { ref: { host, missionId }, done }: MissionEnd): Promise<void> {
  await io.stderr.write(
    `letts: mission ${missionId} on ${host} has ended: ${done.outcome}
  its output:   letts logs ${missionId} --host ${host}
  run it again: letts ctl missions restart ${missionId} --host ${host}
`,
  );
}

/** Reports that a mission keeps running, and how to follow and end it. */
export async function reportStillRunning(
  io: Io,
  missions: readonly InterruptedMission[],
  kind: "mission" | "exec" = "mission",
): Promise<void> {
  const lines = missions.flatMap(({ host, missionId, accepted }) => [
    accepted
      ? `letts: ${kind} ${missionId} keeps running on ${host}`
      : `letts: ${kind} ${missionId} may have been accepted by ${host}`,
    `  follow it: letts events ${missionId} --host ${host} --follow`,
    `  end it:    letts ctl ${kind === "mission" ? "missions" : "exec"} kill ${missionId} --host ${host}`,
  ]);
  if (lines.length > 0) await io.stderr.write(`${lines.join("\n")}\n`);
}
