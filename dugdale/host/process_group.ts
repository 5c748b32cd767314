import { readdirSync, readFileSync } from "node:fs";
import { kill } from "node:process";

/**
 * Whether a process group has a process that still runs and that this one may signal. One that has ended and waits to
 * be reaped by somebody else does not count, where `/proc` tells.
 */
export function isGroupAlive(pid: number): boolean {
  try {
    kill(-pid, 0);
  } catch {
    // Nobody is left, or whoever is left is somebody else's.
    return false;
  }
  try {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && runsIn(pid, name));
  } catch {
    // No /proc: then the system's answer is all that is known.
    return true;
  }
}

function runsIn(group: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state = "", , member] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3);
    return Number(member) === group && !"ZX".includes(state);
  } catch {
    // It has just ended.
    return false;
  }
}
