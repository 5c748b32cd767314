/**
 * Determines the interpreter of a script. An executable file with a first line (`#!`) is started directly, any other
 * according to its extension; a file without a known extension must be executable.
 *
 * The rule exists twice: for an existing file when a command is built, and as a shell script for a folder.
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

/** The program for each extension, in the order in which a name without an extension is tried. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ...[".ts", ".js", ".mts", ".mjs", ".tsx", ".jsx"].map((ending) => [ending, "deno"] as const),
  [".sh", "sh"],
  [".py", "python3"],
  [".php", "php"],
]);

/** The extensions with a program. */
export const ENDINGS: readonly string[] = [...PROGRAMS.keys()];

/**
 * The Deno that runs missions: the one named by `LETTS_DENO`, otherwise this program if it is Deno itself. A compiled
 * letts is not: it uses the one beside it, or the first on the PATH. Undefined if there is none.
 */
export function findDeno(): string | undefined {
  const named = Deno.env.get("LETTS_DENO");
  if (named) return named;
  if (!Deno.build.standalone) return Deno.execPath();
  const program = Deno.build.os === "windows" ? "deno.exe" : "deno";
  const folders = [dirname(Deno.execPath()), ...(Deno.env.get("PATH") ?? "").split(delimiter)];
  return folders.filter((folder) => folder !== "").map((folder) => join(folder, program)).find(isExecutable);
}

/** Whether this user may execute the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not readable: nothing that could be started
  }
}

/** The file of a mission whose name may lack its extension; undefined if there is none. */
export function missionFile(path: string): string | undefined {
  return ["", ...ENDINGS].map((ending) => path + ending)
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/**
 * The program of a script: its own path if it starts by itself, otherwise a name such as `php`. Undefined if unknown.
 */
export function programFor(path: string): string | undefined {
  const executable = isExecutable(path);
  if (executable && namesProgram(path)) return path;
  return PROGRAMS.get(extname(path).toLowerCase()) ?? (executable ? path : undefined);
}

/** Whether it has a first line (`#!`). */
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
 * lack its extension. The shell replaces itself by the program.
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
