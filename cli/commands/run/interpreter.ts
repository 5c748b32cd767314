/**
 * What runs a script.
 *
 * @module
 */
import { basename, delimiter, extname, join } from "node:path";
import { DENO_ENDINGS, DENO_FLAGS, findDeno, isExecutable, PROGRAMS } from "../../../dugdale/interpreters.ts";
import { CommandError, UsageError } from "../../errors.ts";

/** How a script is started: argv with `{mission_path}` in place of its path; undefined for the file itself. */
export type CommandTemplate = readonly string[];

/** Where programs are looked for. */
export interface Surroundings {
  readonly searchPath: string | undefined;
  /** The path of Deno; undefined when there is none. */
  readonly deno: string | undefined;
}

/** Those of this process. */
export function surroundings(): Surroundings {
  return {
    searchPath: Deno.env.get("PATH"),
    deno: findDeno(),
  };
}

/**
 * Chooses by the ending of the name; a file with another ending must be executable, and starts by itself.
 *
 * @throws {UsageError} When nothing is known to run the file.
 * @throws {CommandError} When the program that would is not installed.
 */
export function commandFor(path: string, around: Surroundings): CommandTemplate {
  const ending = extname(path).toLowerCase();
  if (DENO_ENDINGS.has(ending)) {
    return [around.deno ?? findProgram("deno", path, around), ...DENO_FLAGS, "{mission_path}"];
  }
  const program = PROGRAMS.get(ending);
  if (program !== undefined) return [findProgram(program, path, around), "{mission_path}"];
  if (isExecutable(path)) return ["{mission_path}"];
  const known = [...DENO_ENDINGS, ...PROGRAMS.keys()].join(" ");
  throw new UsageError(
    `--mission: ${path} is not executable, and its name ends in none of ${known}`,
  );
}

function findProgram(program: string, path: string, { searchPath = "" }: Surroundings): string {
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder, program);
    if (folder !== "" && isExecutable(candidate)) return candidate;
  }
  const hint = program === "deno" ? "; LETTS_DENO can name it" : "";
  throw new CommandError(`${basename(path)} needs ${program}, which is not on PATH${hint}`);
}
