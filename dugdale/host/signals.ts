import { constants } from "node:os";
import { kill } from "node:process";

const NAMED = ["KILL", "TERM", "INT", "QUIT", "HUP", "SEGV", "BUS", "ILL", "FPE", "TRAP", "ABRT", "PIPE"];
const numbers = constants.signals as Readonly<Record<string, number>>;
const NAME_OF = new Map(NAMED.map((name) => [numbers[`SIG${name}`], name]));

/** The wire name of a signal: one of the twelve known ones, otherwise its number. */
export function signalName(number: number): string {
  return NAME_OF.get(number) ?? String(number);
}

/** As {@linkcode signalName}, from a name like `SIGTERM`. */
export function shortSignalName(name: string): string {
  const number = numbers[name];
  return number === undefined ? name.replace(/^SIG/, "") : signalName(number);
}

/** Signals a process group; false if no process is left. @throws When all its processes belong to another user. */
export function signalGroup(pid: number, signal: Deno.Signal): boolean {
  try {
    kill(-pid, signal);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ESRCH" || error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
