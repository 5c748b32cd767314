/**
 * The message when waiting for a mission is interrupted.
 *
 * @module
 */
import { NetworkError } from "../../../client/errors.ts";
import { InterruptedError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";

/** A mission that may be running. */
export interface InterruptedMission {
  readonly host: string;
  readonly missionId: string;
  /** Whether the dugdale has said that it has it. */
  readonly accepted: boolean;
}

/** Removes a mission that cannot be running, because its dispatch failed before or at the dugdale. */
export function dropRefused(
  missions: Map<string, InterruptedMission>,
  host: string,
  error: unknown,
): void {
  const isUnsure = error instanceof NetworkError || error instanceof InterruptedError;
  if (!isUnsure && missions.get(host)?.accepted === false) missions.delete(host);
}

/** Reports that a mission keeps running, and how to follow and to end it. */
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
