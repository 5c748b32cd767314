/**
 * The duty of process 1 of a container: processes whose parent has ended become its
 * children, and stay in the table of processes until it asks how they ended.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Clock } from "./clock.ts";

/** An own child that has ended is waited for within milliseconds; what is still there after this is an orphan. */
const BETWEEN_LOOKS_MS = 1000;

/** Waits for orphans until the result is disposed of. @param wait Collects the exit status of one process. */
export function reapOrphans(
  clock: Clock,
  wait: (pid: number) => void,
  isOwn: (pid: number) => boolean,
): Disposable {
  let before: ReadonlySet<number> = new Set();
  return clock.every(BETWEEN_LOOKS_MS, () => {
    const ended = endedChildren().filter((pid) => !isOwn(pid));
    for (const pid of ended) if (before.has(pid)) wait(pid);
    before = new Set(ended);
  });
}

/** The children of this process that have ended and that nothing has waited for. */
function endedChildren(): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The program's name, in parentheses, may hold anything.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" && Number(parent) === Deno.pid;
    } catch {
      return false; // gone meanwhile
    }
  });
}
