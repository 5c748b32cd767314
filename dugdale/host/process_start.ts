import { readFileSync } from "node:fs";

/** When a process was started, in ticks of the kernel since boot; 0 where the system does not tell. */
export function processStart(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]) || 0;
  } catch {
    // No such process any more, or no /proc.
    return 0;
  }
}
