/**
 * What runs a script when only the ending of its name tells.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** Permissions of a mission: its variables, its working directory and its control channel. */
export const DENO_FLAGS: readonly string[] = [
  "run",
  "--quiet",
  "--no-prompt",
  "--allow-env=LETTS_*,TRACEPARENT",
  "--allow-read=.,/dev/fd/3",
  "--allow-write=.,/dev/fd/3",
];

/** Endings of names that Deno runs. */
export const DENO_ENDINGS: ReadonlySet<string> = new Set([".ts", ".js", ".mts", ".mjs", ".tsx", ".jsx"]);

/** The programs for other endings. A file with none of them must be executable. */
export const PROGRAMS: ReadonlyMap<string, string> = new Map([
  [".sh", "sh"],
  [".py", "python3"],
  [".php", "php"],
]);

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

const SCRIPT = `
fail() { printf '{"event":"fail","message":"%s"}\\n' "$1" >&3; exit "$2"; }
path=$1 name=$2
shift 2
for ending in "" ${[...DENO_ENDINGS, ...PROGRAMS.keys()].join(" ")}; do
  file=$path$ending
  [ -f "$file" ] || continue
  case $file in
    ${[...DENO_ENDINGS].map((ending) => `*${ending}`).join("|")}) exec "$@" "$file" ;;
    ${[...PROGRAMS].map(([ending, program]) => `*${ending}) exec ${program} "$file" ;;`).join("\n    ")}
  esac
  [ -x "$file" ] && exec "$file"
  fail "mission file $name is not executable, and its ending names no program" 126
done
fail "there is no mission file $name, nor one with a known ending" 127
`;

/**
 * The command template of a folder in which every script is run by what its ending asks for. A mission is named as its
 * file, with or without the ending. One shell starts, and becomes the program.
 *
 * @param deno Path of Deno.
 */
export function commandByEnding(deno: string): readonly string[] {
  return ["sh", "-c", SCRIPT, "sh", "{mission_path}", "{mission}", deno, ...DENO_FLAGS];
}
