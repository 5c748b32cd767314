import { readdirSync, readFileSync } from "node:fs";
import { kill } from "node:process";

/** What the kernel says of a process in `/proc/PID/stat`. */
export interface ProcStat {
  /** One letter; `Z` and `X` for a process that has ended. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** In ticks of the kernel since boot. */
  readonly started: number;
}

/** When a process was started, in ticks of the kernel since boot; 0 when there is no such process, or no `/proc`. */
export function processStart(pid: number): number {
  return procStat(pid)?.started ?? 0;
}

/**
 * Whether a process group has a process that still runs and that this one may signal. One that has ended and waits to
 * be reaped by its parent does not count, where `/proc` is available.
 */
export function isGroupAlive(pid: number): boolean {
  try {
    kill(-pid, 0);
  } catch {
    // The group is empty, or all of it belongs to another user.
    return false;
  }
  try {
    return readdirSync("/proc").some((name) => {
      const stat = /^\d+$/.test(name) ? procStat(Number(name)) : undefined;
      return stat?.group === pid && !"ZX".includes(stat.state);
    });
  } catch {
    // No /proc: then the system's answer is all that is known.
    return true;
  }
}

/** Undefined when there is no such process, or no `/proc`. */
export function procStat(pid: number): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 20);
    return {
      state: fields[0] ?? "",
      parent: Number(fields[1]),
      group: Number(fields[2]),
      started: Number(fields[19]) || 0,
    };
  } catch {
    return undefined;
  }
}
