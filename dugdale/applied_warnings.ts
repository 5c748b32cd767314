import { open, readdir, stat } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import type { DugdaleMissionEnv } from "../config/dugdale/config.ts";
import type { StateWarning } from "../protocol/lane.ts";
import { isExecutable } from "./interpreters.ts";
import { missionEnvironment, type ReadVariable } from "./run/environment.ts";
import { LaunchError } from "./run/launch_error.ts";
import type { AppliedState } from "./store/applied.ts";

/** What the environment of missions is made of. */
export interface WarningSurroundings {
  readonly missionEnv: DugdaleMissionEnv;
  readonly read: ReadVariable;
}

/** What on this machine keeps missions of an applied configuration from running, or lets others change them. */
export async function appliedWarnings(
  { mission_dir: folder, runtime }: AppliedState,
  { missionEnv, read }: WarningSurroundings,
): Promise<readonly StateWarning[]> {
  if (folder === "") return [];
  const path = missionPath(missionEnv, read);
  const [program = ""] = runtime.command_template ?? [];
  const lacksDeno = typeof path === "string" && findProgram("deno", path) === undefined;
  return [
    ...await folderWarnings(folder),
    ...typeof path === "string" ? [] : [path],
    ...programWarnings(program, read("PATH") ?? ""),
    // A command that starts with Deno does not read first lines.
    ...lacksDeno && basename(program) !== "deno" ? await denoWarnings(folder, path) : [],
  ];
}

async function folderWarnings(folder: string): Promise<readonly StateWarning[]> {
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) {
      return [{ code: "mission_dir_missing", message: `mission_dir ${folder} is not a folder` }];
    }
    const mode = found.mode & 0o777;
    if ((mode & 0o002) === 0) return [];
    const message = `mission_dir ${folder} can be written by every user: its mode is ${mode.toString(8)}`;
    return [{ code: "mission_dir_writable", message }];
  } catch (error) {
    const { code = "unreadable" } = error as { code?: string };
    const how = code === "ENOENT" ? "is not there" : `cannot be read: ${code}`;
    return [{ code: "mission_dir_missing", message: `mission_dir ${folder} ${how}` }];
  }
}

/** The PATH of a mission, or what keeps every mission from getting an environment. */
function missionPath(configured: DugdaleMissionEnv, read: ReadVariable): string | StateWarning {
  const mission = { mission_id: "", lane: "", traceparent: null };
  try {
    return missionEnvironment(mission, { files: [], workdir: "", configured, read }).PATH ?? "";
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return { code: "mission_env", message: error.message };
  }
}

/** The program that starts missions is looked for on the PATH of the dugdale. */
function programWarnings(program: string, path: string): readonly StateWarning[] {
  if (program === "" || program.includes("{mission")) return [];
  if (program.includes("/") ? isExecutable(program) : findProgram(program, path) !== undefined) return [];
  const where = program.includes("/") ? "cannot be run" : `is not on the PATH of the dugdale: ${path}`;
  return [{ code: "program_missing", message: `${program}, which command_template starts, ${where}` }];
}

/** So many scripts are looked at. */
const SCRIPTS_MAX = 50;

/** Executable scripts whose first line looks for Deno on the PATH, which missions do not have there. */
async function denoWarnings(folder: string, path: string): Promise<readonly StateWarning[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.[mc]?[jt]sx?$/.test(name)).sort();
  for (const name of names.slice(0, SCRIPTS_MAX)) {
    const file = join(folder, name);
    if (!isExecutable(file) || !/^#!\S*env\b.*\bdeno\b/.test(await firstLine(file))) continue;
    const message = `${name} needs deno, which is not on the PATH of missions: ${path}`;
    return [{ code: "deno_missing", message }];
  }
  return [];
}

async function firstLine(path: string): Promise<string> {
  const start = new Uint8Array(256);
  try {
    await using file = await open(path);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    return new TextDecoder().decode(start.subarray(0, bytesRead)).split("\n")[0] ?? "";
  } catch {
    return ""; // gone, or not readable: what it needs is not known
  }
}

function findProgram(name: string, path: string): string | undefined {
  return path.split(delimiter).filter((folder) => folder !== "").map((folder) => join(folder, name))
    .find(isExecutable);
}
