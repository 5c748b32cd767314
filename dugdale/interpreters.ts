/**
 * What runs a script. An executable file that names its program in its first line is started by itself, any other by
 * the ending of its name; a file with none of the known endings must be executable.
 *
 * The rule is here twice: for a file that is there when a command is made, and as a shell script for a folder.
 *
 * @module
 */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, dirname, extname, join } from "node:path";

/** Permissions of a mission: its variables, its working directory and its control channel. */
export const DENO_FLAGS: readonly string[] = [
  "run",
  "--quiet",
  "--no-prompt",
  "--allow-env=LETTS_*,TRACEPARENT",
  "--allow-read=.,/dev/fd/3",
  "--allow-write=.,/dev/fd/3",
];

/** The program for each ending, in the order in which a name without ending is tried. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ...[".ts", ".js", ".mts", ".mjs", ".tsx", ".jsx"].map((ending) => [ending, "deno"] as const),
  [".sh", "sh"],
  [".py", "python3"],
  [".php", "php"],
]);

/** The endings that name a program. */
export const ENDINGS: readonly string[] = [...PROGRAMS.keys()];

/**
 * The Deno that runs missions: the one that `LETTS_DENO` names, else this program when it is Deno itself. A compiled
 * letts is not: it takes the one beside it, else the first on the PATH. Undefined when there is none.
 */
export function findDeno(): string | undefined {
  const named = Deno.env.get("LETTS_DENO");
  if (named) return named;
  if (!Deno.build.standalone) return Deno.execPath();
  const program = Deno.build.os === "windows" ? "deno.exe" : "deno";
  const folders = [dirname(Deno.execPath()), ...(Deno.env.get("PATH") ?? "").split(delimiter)];
  return folders.filter((folder) => folder !== "").map((folder) => join(folder, program)).find(isExecutable);
}

/** True for a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not readable: nothing that could be started
  }
}

/** The file of a mission that may be named without its ending; undefined when there is none. */
export function missionFile(path: string): string | undefined {
  return ["", ...ENDINGS].map((ending) => path + ending)
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/**
 * The program for a script: its own path when it starts by itself, else a name such as `php`. Undefined when nothing is
 * known to run it.
 */
export function programFor(path: string): string | undefined {
  const executable = isExecutable(path);
  if (executable && namesProgram(path)) return path;
  return PROGRAMS.get(extname(path).toLowerCase()) ?? (executable ? path : undefined);
}

/** Whether its first line does. */
function namesProgram(path: string): boolean {
  const start = new Uint8Array(2);
  try {
    const file = openSync(path, "r");
    try {
      return readSync(file, start) === 2 && String.fromCharCode(...start) === "#!";
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // a program that may be run but not read
  }
}

/**
 * The shell script that starts a mission of a folder. Its arguments are the path and the name of the mission, which may
 * be without the ending. One shell starts, and becomes the program.
 *
 * @param deno Path of Deno, or its name.
 */
export function missionStarter(deno: string): string {
  const cases = [...PROGRAMS].map(([ending, program]) => {
    const start = program === "deno" ? [deno, ...DENO_FLAGS].map(quoted).join(" ") : program;
    return `*${
      ending.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)
    }) exec ${start} "$file" ;;`;
  });
  return `fail() { printf '{"event":"fail","reason":"%s","message":"%s"}\\n' "$1" "$2" >&3; exit "$3"; }
for ending in "" ${ENDINGS.join(" ")}; do
  file=$1$ending line=
  [ -f "$file" ] || continue
  [ ! -x "$file" ] || IFS= read -r line 2>/dev/null <"$file"
  case $line in "#!"*) exec "$file" ;; esac
  case $file in
    ${cases.join("\n    ")}
  esac
  [ -x "$file" ] && exec "$file"
  fail spawn_failed "mission file $2 is not executable, and its ending names no program" 126
done
fail mission_not_found "there is no mission file $2, nor one with a known ending" 127
`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
