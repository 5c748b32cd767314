import { readdirSync, readFileSync } from "node:fs";
import { kill, pid as ownPid } from "node:process";
import type { LeftProcess } from "../../protocol/mission.ts";
import { isGroupAlive, processName, type ProcStat, procStat } from "./proc_stat.ts";
import { signalGroup } from "./signals.ts";

/** Identifies the processes of a run: an entry of their environment, such as `LETTS_MISSION_ID=…`. */
export type Mark = string;

/** The last one is of the commands of hooks. */
const MARKS = ["LETTS_MISSION_ID", "LETTS_EXEC_ID", "LETTS_EVENT_ID"] as const;

/** The mark of a run in its environment. */
export function markOf(env: Readonly<Record<string, string>>): Mark | undefined {
  for (const name of MARKS) {
    if (env[name] !== undefined) return `${name}=${env[name]}`;
  }
  return undefined;
}

/**
 * The processes of a run: its process group, and processes that have left it but descend from it or have its mark. A
 * process without any of these that has become a child of this process belongs to the only existing run.
 */
export class Family {
  readonly #leader: number;
  readonly #mark: Mark | undefined;
  readonly #adopts: () => boolean;
  readonly #bornMs = performance.now();
  /** Processes outside of the group by start time: the end of a parent hides their origin. */
  readonly #seen = new Map<number, number>();

  /**
   * @param leader Identifies the process group.
   * @param adopts Whether orphans become children of this process, and no other run can have left them. Default: never.
   */
  constructor(leader: number, mark: Mark | undefined, adopts: () => boolean = () => false) {
    this.#leader = leader;
    this.#mark = mark;
    this.#adopts = adopts;
  }

  /** Whether any process still runs. Reads all processes of the machine. */
  get alive(): boolean {
    return isGroupAlive(this.#leader) || this.#outside().length > 0;
  }

  /** All of it that still runs. Looks at all processes of the machine. */
  remaining(): LeftProcess[] {
    return [...this.#members().keys()].flatMap((pid) => {
      const command = processName(pid);
      return command === undefined ? [] : [{ pid, command }];
    });
  }

  /**
   * Signals all of it; false when nothing is left. A stopped process is continued, so that it can obey a SIGTERM.
   *
   * @throws When all of the group belongs to another user.
   */
  signal(signal: "SIGTERM" | "SIGKILL"): boolean {
    // Looked up first: the children of an ended process get another parent.
    const outside = this.#outside();
    const send = (sent: Deno.Signal): boolean => {
      const signalled = signalGroup(this.#leader, sent);
      return outside.filter((pid) => signalOne(pid, sent)).length > 0 || signalled;
    };
    const signalled = send(signal);
    if (signalled && signal === "SIGTERM") send("SIGCONT");
    return signalled;
  }

  #outside(): number[] {
    return [...this.#members()].filter(([, { group }]) => group !== this.#leader).map(([pid]) => pid);
  }

  #members(): Map<number, ProcStat> {
    const running = processes();
    const family = new Set<number>();
    const adoptedSince = this.#adopts() ? ticksAt(this.#bornMs) : Infinity;
    for (const [pid, { group, started, parent }] of running) {
      const own = group === this.#leader || this.#seen.get(pid) === started ||
        (parent === ownPid && started >= adoptedSince && !hasMark(pid, undefined));
      if (own || (this.#mark !== undefined && hasMark(pid, this.#mark))) family.add(pid);
    }
    // The iteration includes entries added meanwhile.
    for (const parent of family) {
      for (const [pid, stat] of running) if (stat.parent === parent) family.add(pid);
    }
    for (const pid of family) this.#seen.set(pid, running.get(pid)?.started ?? 0);
    return new Map([...running].filter(([pid]) => family.has(pid)));
  }
}

/** Kills processes by a mark alone, with SIGKILL; returns their number. */
export function killMarked(marks: readonly Mark[]): number {
  const running = processes();
  const marked = [...running.keys()].filter((pid) => marks.some((mark) => hasMark(pid, mark)));
  return marked.filter((pid) => signalOne(pid, "SIGKILL")).length;
}

/** Running processes except this one. Empty without `/proc`. */
function processes(): Map<number, ProcStat> {
  const found = new Map<number, ProcStat>();
  let names: string[] = [];
  try {
    names = readdirSync("/proc");
  } catch {
    // Then only the group is known.
  }
  for (const name of names) {
    const pid = /^\d+$/.test(name) ? Number(name) : ownPid;
    const stat = pid === ownPid ? undefined : procStat(pid);
    if (stat !== undefined && !"ZX".includes(stat.state)) found.set(pid, stat);
  }
  return found;
}

/** @param mark Without one: whether it has any. */
function hasMark(pid: number, mark: Mark | undefined): boolean {
  try {
    const entries = `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}\0`;
    if (mark === undefined) return MARKS.some((name) => entries.includes(`\0${name}=`));
    return entries.includes(`\0${mark}\0`);
  } catch {
    return false; // gone, or of another user
  }
}

const TICKS_PER_SECOND = 100;

/** The time of a `performance.now()` in kernel ticks since boot, rounded down. */
function ticksAt(ms: number): number {
  const uptimeS = Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]);
  return Math.floor((uptimeS - (performance.now() - ms) / 1000) * TICKS_PER_SECOND) - 2;
}

function signalOne(pid: number, signal: Deno.Signal): boolean {
  try {
    return kill(pid, signal);
  } catch {
    return false; // gone meanwhile, or of another user
  }
}
