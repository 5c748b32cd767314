import { readdirSync, readFileSync } from "node:fs";
import { kill } from "node:process";

/** Fields of `/proc/PID/stat`. */
export interface ProcStat {
  /** One letter; `Z` and `X` for an ended process. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** In kernel ticks since boot. */
  readonly started: number;
}

/** Start time of a process, in kernel ticks since boot; 0 if it does not exist, or without `/proc`. */
export function processStart(pid: number): number {
  return procStat(pid)?.started ?? 0;
}

/**
 * Whether a process group has a running process that this one may signal. Zombies do not count, if `/proc` is
 * available.
 */
export function isGroupAlive(pid: number): boolean {
  try {
    kill(-pid, 0);
  } catch {
    // The group is empty, or belongs to another user.
    return false;
  }
  try {
    return readdirSync("/proc").some((name) => {
      const stat = /^\d+$/.test(name) ? procStat(Number(name)) : undefined;
      return stat?.group === pid && !"ZX".includes(stat.state);
    });
  } catch {
    // Without /proc only the system's answer is known.
    return true;
  }
}

/** The name of a process, of at most 15 bytes; undefined if the process does not exist, or without `/proc`. */
export function processName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").replace(/\n$/, "");
  } catch {
    return undefined;
  }
}

/** Undefined if the process does not exist, or without `/proc`. */
export function procStat(pid: number): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
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
