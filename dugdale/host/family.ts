import { readdirSync, readFileSync } from "node:fs";
import { kill, pid as ownPid } from "node:process";
import { isGroupAlive, type ProcStat, procStat } from "./proc_stat.ts";
import { signalGroup } from "./signals.ts";

/** What tells the processes of a run from all others: an entry of their environment, such as `LETTS_MISSION_ID=…`. */
export type Mark = string;

/** The mark of a run in the environment that its process gets. */
export function markOf(env: Readonly<Record<string, string>>): Mark | undefined {
  for (const name of ["LETTS_MISSION_ID", "LETTS_EXEC_ID"]) {
    if (env[name] !== undefined) return `${name}=${env[name]}`;
  }
  return undefined;
}

/** What a run has started: its process group, and what has left it but descends from it or has its mark. */
export class Family {
  readonly #leader: number;
  readonly #mark: Mark | undefined;
  /** Processes outside of the group by their start: the end of a parent hides where they come from. */
  readonly #seen = new Map<number, number>();

  /** @param leader Names the process group. */
  constructor(leader: number, mark: Mark | undefined) {
    this.#leader = leader;
    this.#mark = mark;
  }

  /** Whether any of it still runs. Looks at all processes of the machine. */
  get alive(): boolean {
    return isGroupAlive(this.#leader) || this.#outside().length > 0;
  }

  /** Signals all of it; false when nothing is left. @throws When all of the group belongs to another user. */
  signal(signal: "SIGTERM" | "SIGKILL"): boolean {
    // Looked up first: the children of what has ended are the children of another process.
    const outside = this.#outside();
    const signalled = signalGroup(this.#leader, signal);
    return outside.filter((pid) => signalOne(pid, signal)).length > 0 || signalled;
  }

  #outside(): number[] {
    const running = processes();
    const family = new Set<number>();
    for (const [pid, { group, started }] of running) {
      const own = group === this.#leader || this.#seen.get(pid) === started;
      if (own || (this.#mark !== undefined && hasMark(pid, this.#mark))) family.add(pid);
    }
    // The iteration includes what is added to the set meanwhile.
    for (const parent of family) {
      for (const [pid, stat] of running) if (stat.parent === parent) family.add(pid);
    }
    for (const pid of family) this.#seen.set(pid, running.get(pid)?.started ?? 0);
    return [...family].filter((pid) => running.get(pid)?.group !== this.#leader);
  }
}

/** Ends processes by a mark alone, with SIGKILL; answers how many there were. */
export function killMarked(marks: readonly Mark[]): number {
  const running = processes();
  const marked = [...running.keys()].filter((pid) => marks.some((mark) => hasMark(pid, mark)));
  return marked.filter((pid) => signalOne(pid, "SIGKILL")).length;
}

/** What runs now, without this process and what has ended. Empty where there is no `/proc`. */
function processes(): Map<number, ProcStat> {
  const found = new Map<number, ProcStat>();
  let names: string[] = [];
  try {
    names = readdirSync("/proc");
  } catch {
    // Then the group is all that is known of a run.
  }
  for (const name of names) {
    const pid = /^\d+$/.test(name) ? Number(name) : ownPid;
    const stat = pid === ownPid ? undefined : procStat(pid);
    if (stat !== undefined && !"ZX".includes(stat.state)) found.set(pid, stat);
  }
  return found;
}

function hasMark(pid: number, mark: Mark): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}\0`.includes(`\0${mark}\0`);
  } catch {
    return false; // gone, or of another user
  }
}

function signalOne(pid: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  try {
    return kill(pid, signal);
  } catch {
    return false; // gone meanwhile, or of another user
  }
}
