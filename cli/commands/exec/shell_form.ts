/**
 * Commands that hand a text to a shell.
 *
 * @module
 */

const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash"]);

/** Whether it is a shell with a command in an argument, such as `bash -lc "…"`. */
export function isShellForm([program = "", ...rest]: readonly string[]): boolean {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return SHELLS.has(name) && rest.some((word) => word === "--command" || /^-(?!-).*c/.test(word));
}
