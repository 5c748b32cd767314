import { join } from "node:path";
import type { DugdaleMissionEnv } from "../../config/dugdale/config.ts";
import { MISSION_FEATURES } from "../../protocol/features.ts";
import type { MissionFileRow, MissionRow } from "../store/mission_row.ts";
import { LaunchError } from "./launch_error.ts";

const FEATURES = MISSION_FEATURES.join();
const PATH = "/usr/local/bin:/usr/bin:/bin";
/** The role of an exec's stdin; it is not one of its input files. */
export const STDIN_ROLE = "__stdin__";

/** Reads a variable of the daemon itself. */
export type ReadVariable = (name: string) => string | undefined;

/** Sources of a mission's environment in addition to its record. */
export interface MissionSurroundings {
  readonly files: readonly MissionFileRow[];
  readonly workdir: string;
  /** `mission_env` of the dugdale. */
  readonly configured: DugdaleMissionEnv;
  readonly read: ReadVariable;
  /** Maximum number of runs of the mission. Undefined: it is not retried. */
  readonly attempts?: number | undefined;
}

/**
 * The environment of a mission's process.
 *
 * @throws {LaunchError} When a configured value names a variable that the daemon does not have.
 */
export function missionEnvironment(
  mission: Pick<MissionRow, "lane" | "traceparent"> & {
    readonly mission_id: string;
    readonly attempt?: number;
  },
  { files, workdir, configured, read, attempts }: MissionSurroundings,
): Record<string, string> {
  const env: Record<string, string> = {
    PATH,
    HOME: read("HOME") ?? "",
    TZ: "UTC",
    LETTS_MISSION_ID: mission.mission_id,
    LETTS_KIND: "mission",
    LETTS_LANE: mission.lane,
    LETTS_WORKDIR: workdir,
    LETTS_TMPDIR: join(workdir, "tmp"),
    LETTS_FEATURES: FEATURES,
    ...inputVariables(files, workdir),
  };
  if (attempts !== undefined) {
    env.LETTS_ATTEMPT = String(mission.attempt ?? 1);
    env.LETTS_ATTEMPTS = String(attempts);
  }
  for (const name of configured.inherit) {
    const value = read(name);
    if (value !== undefined) env[name] = value;
  }
  if (mission.traceparent !== null) env.TRACEPARENT = mission.traceparent;
  for (const [name, value] of Object.entries(configured.set)) env[name] = filledIn(name, value, read);
  return env;
}

/** The environment of an exec's process. `outputs` are the requested keys. */
export function execEnvironment(
  exec: Pick<MissionRow, "mission_id" | "lane" | "group_id" | "traceparent">,
  files: readonly MissionFileRow[],
  outputs: readonly string[],
  workdir: string,
): Record<string, string> {
  const env: Record<string, string> = {
    PATH,
    LETTS_EXEC_ID: exec.mission_id,
    LETTS_KIND: "exec",
    LETTS_LANE: exec.lane,
    LETTS_WORKDIR: workdir,
    LETTS_TMPDIR: join(workdir, "tmp"),
    ...inputVariables(files.filter((file) => file.role !== STDIN_ROLE), workdir),
  };
  if (exec.traceparent !== null) env.TRACEPARENT = exec.traceparent;
  if (exec.group_id !== null) env.LETTS_GROUP_ID = exec.group_id;
  if (files.some((file) => file.ref_kind === "script")) env.LETTS_SCRIPT = join(workdir, "script", "script");
  for (const key of outputs) env[`LETTS_OUT_${key}`] = join(workdir, "out", key);
  return env;
}

/** The first duplicate name. */
export function findRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/** Finds a role whose variable would belong to another file: `a__SIZE` beside `a`. */
export function findTakenRole(roles: readonly string[]): string | undefined {
  const all = new Set(roles);
  return roles.find((role) =>
    /__(?:SHA256|SIZE)$/.test(role) && all.has(role.replace(/__(?:SHA256|SIZE)$/, ""))
  );
}

function inputVariables(files: readonly MissionFileRow[], workdir: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const file of files) {
    if (file.ref_kind !== "input") continue;
    env[`LETTS_IN_${file.role}`] = join(workdir, "in", file.role);
    env[`LETTS_IN_${file.role}__SHA256`] = file.sha256;
    env[`LETTS_IN_${file.role}__SIZE`] = String(file.size);
  }
  return env;
}

function filledIn(name: string, text: string, read: ReadVariable): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => {
    const value = read(variable);
    if (value !== undefined) return value;
    const message = `mission_env.set.${name} needs the variable ${variable}, which the dugdale does not have`;
    throw new LaunchError("spawn_failed", message);
  });
}
