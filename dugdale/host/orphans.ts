/**
 * The duty of process 1 of a container, and of a child subreaper: processes whose parent has ended become its children,
 * and stay in the table of processes until it asks how they ended.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import type { Clock } from "./clock.ts";
import { type Libc, LITTLE_ENDIAN } from "./libc.ts";
import { procStat } from "./proc_stat.ts";

/** A child that was started here has been waited for long before; what is still there after this is an orphan. */
const BETWEEN_LOOKS_MS = 5000;
const P_ALL = 0;
const WNOHANG = 1, WEXITED = 4, WNOWAIT = 0x1000000;
/** Where `siginfo_t` has the process id, on 64-bit machines. */
const SI_PID = 16;
const PR_SET_CHILD_SUBREAPER = 36;

/** Makes this process the parent of those whose own parent ends; false where the system cannot. */
export function adoptOrphans(libc: Libc): boolean {
  return libc.prctl?.(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === 0;
}

/** Waits for orphans that have ended. */
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

  /** To be called when a child has ended, after all own ones have been waited for. */
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

  /** Costs one call, and tells of one of them at most. */
  #anyEnded(): boolean {
    const failed = this.#libc.waitid(P_ALL, 0, this.#buffer, WEXITED | WNOHANG | WNOWAIT) !== 0;
    return !failed && new DataView(this.#buffer.buffer).getInt32(SI_PID, LITTLE_ENDIAN) !== 0;
  }

  /** Waits for those that were there at the last look as well. */
  #wait(): void {
    const ended = endedChildren().filter((pid) => !this.#isOwn(pid));
    for (const pid of ended) if (this.#before.has(pid)) this.#libc.waitpid(pid, this.#buffer, WNOHANG);
    this.#before = new Set(ended);
  }
}

/** The children of this process that have ended and that nothing has waited for. */
function endedChildren(): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    const stat = procStat(pid);
    return stat?.state === "Z" && stat.parent === Deno.pid;
  });
}
