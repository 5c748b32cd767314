/** The environment of the mission. @module */
import { MisconfiguredError } from "./errors.ts";
import type { Host } from "./host.ts";

/** A process started by a dugdale: a mission with a control channel, or an exec without one. */
export interface DugdaleEnvironment {
  readonly mode: "mission" | "exec";
  readonly id: string;
  readonly lane: string;
  /** Absolute; contains `in/`, `out/` and `tmp/`. */
  readonly workDir: string;
  readonly tmpDir: string;
  /** Number of this run, from 1. Undefined: the mission is not retried. */
  readonly attempt?: number;
  /** Maximum number of runs. Undefined: the mission is not retried. */
  readonly attempts?: number;
}

/** A process that was not started by a dugdale, for example from a shell or a test. */
export interface ShellEnvironment {
  readonly mode: "shell";
}

/** Where a mission script runs. */
export type Environment = DugdaleEnvironment | ShellEnvironment;

/**
 * Detects where the process runs. A mission id means a mission; without one, `LETTS_KIND=exec` means an exec.
 *
 * @throws {MisconfiguredError} When there is a mission id and no workdir.
 */
export function readEnvironment(host: Host): Environment {
  const missionId = host.env("LETTS_MISSION_ID");
  const mode = missionId ? "mission" : host.env("LETTS_KIND") === "exec" ? "exec" : "shell";
  if (mode === "shell") return { mode };
  const workDir = host.env("LETTS_WORKDIR");
  if (!workDir) throw new MisconfiguredError("LETTS_WORKDIR is not set");
  const [attempt, attempts] = [host.env("LETTS_ATTEMPT"), host.env("LETTS_ATTEMPTS")];
  return {
    mode,
    ...(attempt && attempts && { attempt: Number(attempt), attempts: Number(attempts) }),
    id: missionId || host.env("LETTS_EXEC_ID") || "",
    lane: host.env("LETTS_LANE") ?? "",
    workDir,
    tmpDir: host.env("LETTS_TMPDIR") || `${workDir}/tmp`,
  };
}
