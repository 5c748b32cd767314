/**
 * How a script is started on this machine.
 *
 * @module
 */
import { basename, delimiter, join } from "node:path";
import { DENO_FLAGS, ENDINGS, findDeno, isExecutable, programFor } from "../../../dugdale/interpreters.ts";
import { CommandError, UsageError } from "../../errors.ts";

/** How a script is started: its command line with `{mission_path}` as placeholder; undefined for the file itself. */
export type CommandTemplate = readonly string[];

/** Where to search for programs. */
export interface Surroundings {
  readonly searchPath: string | undefined;
  /** The path of Deno; undefined if there is none. */
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
 * The command of a script, with the path of its interpreter.
 *
 * @throws {UsageError} When the interpreter of the file is unknown.
 * @throws {CommandError} When the interpreter is not installed.
 */
export function commandFor(path: string, around: Surroundings): CommandTemplate {
  const program = programFor(path);
  if (program === undefined) {
    throw new UsageError(
      `--mission: ${path} is not executable, and its name ends in none of ${ENDINGS.join(" ")}`,
    );
  }
  if (program === path) return ["{mission_path}"];
  if (program !== "deno") return [findProgram(program, path, around), "{mission_path}"];
  return [around.deno ?? findProgram(program, path, around), ...DENO_FLAGS, "{mission_path}"];
}

function findProgram(program: string, path: string, { searchPath = "" }: Surroundings): string {
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder, program);
    if (folder !== "" && isExecutable(candidate)) return candidate;
  }
  const hint = program === "deno" ? "; LETTS_DENO can name it" : "";
  throw new CommandError(`${basename(path)} needs ${program}, which is not on PATH${hint}`);
}
