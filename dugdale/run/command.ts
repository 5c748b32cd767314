import { isAbsolute, join, relative, sep } from "node:path";
import * as v from "valibot";
import { FILE_ROLE } from "../../protocol/names.ts";
import { nameOf } from "../../protocol/schemas.ts";
import type { Disk } from "../host/disk.ts";
import type { RuntimeRow } from "../store/mission_row.ts";
import { LaunchError, textOf } from "./launch_error.ts";

/** The members of an exec's body that define its process. */
const execStart = v.object({
  command: v.pipe(v.array(v.string()), v.minLength(1)),
  out: v.nullish(v.array(v.object({ key: nameOf(FILE_ROLE) })), []),
});

/**
 * The command line of an exec and the keys of its output files, from its recorded body, possibly of an older version.
 *
 * @throws {LaunchError} When the body is invalid.
 */
export function execCommand(body: string): { readonly argv: readonly string[]; readonly outputs: string[] } {
  try {
    const { command, out } = v.parse(execStart, JSON.parse(body));
    return { argv: command, outputs: out.map(({ key }) => key) };
  } catch (cause) {
    throw new LaunchError("spawn_failed", `the stored body of the exec is unusable: ${textOf(cause)}`, {
      cause,
    });
  }
}

/**
 * The command line of a mission: its template with `{mission}` and `{mission_path}` replaced. No shell interprets it.
 *
 * @throws {LaunchError} When the template is invalid, or the file is validated and is missing or misplaced.
 */
export function missionCommand(runtime: RuntimeRow, mission: string, disk: Disk): string[] {
  const pathTemplate = runtime.mission_path_template || "{mission}";
  const path = join(runtime.mission_dir, pathTemplate.replaceAll("{mission}", mission));
  if (runtime.validate_mission_file) checkMissionFile(runtime.mission_dir, path, disk);
  return template(runtime.command_template).map((part) =>
    part.replaceAll("{mission}", mission).replaceAll("{mission_path}", () => path)
  );
}

function template(json: string): string[] {
  try {
    const parts: unknown = JSON.parse(json);
    if (parts === null || (Array.isArray(parts) && parts.length === 0)) return ["{mission_path}"];
    if (Array.isArray(parts) && parts.every((part) => typeof part === "string")) return parts;
  } catch {
    // Reported below, with the unexpected text.
  }
  throw new LaunchError(
    "spawn_failed",
    `the stored command template ${json.slice(0, 128)} is not an array of strings`,
  );
}

function checkMissionFile(folder: string, path: string, disk: Disk): void {
  let real: string, realFolder: string;
  try {
    disk.statSync(path);
    real = disk.realpathSync(path);
    realFolder = disk.realpathSync(folder);
  } catch (cause) {
    const missing = (cause as { code?: unknown }).code === "ENOENT";
    const reason = missing ? "mission_not_found" : "spawn_failed";
    throw new LaunchError(reason, missing ? `there is no mission file ${path}` : textOf(cause), { cause });
  }
  const inside = relative(realFolder, real);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new LaunchError(
      "mission_not_in_dir",
      `mission file ${path} is outside of the mission directory ${folder}`,
    );
  }
}
