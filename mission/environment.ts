/** Where the mission runs, as its environment says. @module */
import { MisconfiguredError } from "./errors.ts";
import type { Host } from "./host.ts";

/** A process that a dugdale prepared: as a mission with a control channel, or as an exec without one. */
export interface DugdaleEnvironment {
  readonly mode: "mission" | "exec";
  readonly id: string;
  readonly lane: string;
  /** Absolute; holds `in/`, `out/` and `tmp/`. */
  readonly workDir: string;
  readonly tmpDir: string;
  /** Which run of the mission it is, from 1. Undefined: it is run once. */
  readonly attempt?: number;
  /** How often the mission may be run in all. Undefined: it is run once. */
  readonly attempts?: number;
}

/** A shell, a test, anything but a dugdale. */
export interface ShellEnvironment {
  readonly mode: "shell";
}

/** One of the three places in which a mission script may find itself. */
export type Environment = DugdaleEnvironment | ShellEnvironment;

/**
 * Reads where the process runs. A mission id makes a mission; without one, `LETTS_KIND=exec` makes an exec.
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
