/**
 * Duties of process 1 of a container, and of a child subreaper: orphaned processes become its children, and stay
 * zombies until it waits for them.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import type { Clock } from "./clock.ts";
import { type Libc, LITTLE_ENDIAN } from "./libc.ts";
import { procStat } from "./proc_stat.ts";

/** Children started here have been waited for long before; a zombie older than this is an orphan. */
const BETWEEN_LOOKS_MS = 5000;
const P_ALL = 0;
const WNOHANG = 1, WEXITED = 4, WNOWAIT = 0x1000000;
/** Offset of the process id in `siginfo_t`, on 64-bit machines. */
const SI_PID = 16;
const PR_SET_CHILD_SUBREAPER = 36;

/** Makes this process the parent of orphaned descendants; false if the system cannot. */
export function adoptOrphans(libc: Libc): boolean {
  return libc.prctl?.(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === 0;
}

/** Reaps orphans. */
export class Orphans implements Disposable {
  readonly #libc: Libc;
  readonly #clock: Clock;
  readonly #isOwn: (pid: number) => boolean;
  readonly #buffer = new Uint8Array(128);
  #before: ReadonlySet<number> = new Set();
  #timer: Disposable | undefined;

  /** @param isOwn Whether another part of this process waits for that child. */
  constructor(libc: Libc, clock: Clock, isOwn: (pid: number) => boolean) {
    this.#libc = libc;
    this.#clock = clock;
    this.#isOwn = isOwn;
  }

  /** Call it when a child has ended, after all own ones have been waited for. */
  look(): void {
    if (this.#timer !== undefined || !this.#anyEnded()) return;
    this.#timer = this.#clock.after(BETWEEN_LOOKS_MS, () => {
      this.#timer = undefined;
      this.#wait();
      this.look();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  /** Costs one call, and reports at most one of them. */
  #anyEnded(): boolean {
    const failed = this.#libc.waitid(P_ALL, 0, this.#buffer, WEXITED | WNOHANG | WNOWAIT) !== 0;
    return !failed && new DataView(this.#buffer.buffer).getInt32(SI_PID, LITTLE_ENDIAN) !== 0;
  }

  /** Reaps those that were also found at the previous check. */
  #wait(): void {
    const ended = endedChildren().filter((pid) => !this.#isOwn(pid));
    for (const pid of ended) if (this.#before.has(pid)) this.#libc.waitpid(pid, this.#buffer, WNOHANG);
    this.#before = new Set(ended);
  }
}

/** Zombie children of this process that nothing has waited for. */
function endedChildren(): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    const stat = procStat(pid);
    return stat?.state === "Z" && stat.parent === Deno.pid;
  });
}
