/**
 * The rule for exec commands that pass code to a shell; clients check it before the request, the dugdale is
 * authoritative.
 *
 * @module
 */
const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash"]);

/** Whether a command is a shell with code in an argument, such as `bash -lc "…"`. */
export function isShellForm([program = "", ...rest]: readonly string[]): boolean {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return SHELLS.has(name) && rest.some((word) => word === "--command" || /^-(?!-).*c/s.test(word));
}
