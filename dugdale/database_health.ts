import type { Clock } from "./host/clock.ts";
import type { DirLock } from "./host/lock.ts";
import type { Log } from "./host/log.ts";
import type { CriticalError } from "./http/health.ts";
import { isDamage, isDatabaseError, isLocked } from "./store/database_error.ts";
import { QuickCheck, type QuickCheckResult } from "./store/quick_check.ts";
import type { Store } from "./store/store.ts";

/** The most findings that are logged. */
const LOGGED = 10;

/** Milliseconds between two checks of the database's files. */
const LOOK_MS = 2000;

/** A write that is not older proves that writing works. */
const PROBE_MS = 2000;

/** The part of the store that is used. */
type Watched = Pick<Store, "lastFailure" | "lost" | "measure">;

/** What the database's health is judged by. */
interface DatabaseHealthParts {
  /** Tells how the last daemon ended, and is told when everything is in order. */
  readonly lock: DirLock;
  /** Path of the file. */
  readonly database: string;
  readonly store: Watched;
  readonly clock: Pick<Clock, "every">;
  readonly log: Log;
}

/**
 * Whether the database can be trusted. After an end by force it is checked, while the daemon works already; a damaged
 * one is told by readyz until a person has repaired it. One whose files vanish or shrink is told as long as that lasts.
 */
export class DatabaseHealth implements Disposable {
  readonly #lock: DirLock;
  readonly #log: Log;
  readonly #store: Watched;
  readonly #check: QuickCheck | undefined;
  readonly #timer: Disposable;
  #lost = false;
  #criticalError: CriticalError | undefined;

  /** Starts the check, if one is due, and the watch. */
  constructor({ lock, database, store, clock, log }: DatabaseHealthParts) {
    this.#lock = lock;
    this.#log = log;
    this.#store = store;
    store.measure();
    this.#timer = clock.every(LOOK_MS, () => this.#look());
    if (!lock.unclean) return;
    log.warn("the last dugdale here was ended by force; its database is being checked");
    this.#check = new QuickCheck(database);
    void this.#check.result.then((result) => this.#judge(result));
  }

  /** What only a person can repair, if anything. */
  get criticalError(): CriticalError | undefined {
    const { lost, lastFailure } = this.#store;
    if (lost !== undefined) return { kind: "database_lost", mission_id: "", op: "watch" };
    if (isDamage(lastFailure)) this.#criticalError ??= damaged("write");
    return this.#criticalError;
  }

  /**
   * Does a repair of the start, unless an earlier one has met damage: a damaged database must not decide which files
   * are orphans. A failed repair does not keep the dugdale from working as far as it can.
   */
  async repair(op: string, work: () => Promise<void>): Promise<void> {
    if (this.criticalError !== undefined) return;
    try {
      await work();
    } catch (err) {
      this.#log.error(isDatabaseError(err) ? "db_error" : "io_error", { op, err });
      if (isDamage(err)) this.#criticalError ??= damaged(op);
    }
  }

  /** Gives the check up; the next daemon does it again. */
  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#check?.[Symbol.dispose]();
  }

  #look(): void {
    const { lost } = this.#store;
    if (lost === undefined) this.#store.measure();
    else if (!this.#lost) {
      this.#log.error("database lost", {
        err: lost,
        hint: "nothing is written until it is back: stop, restore",
      });
    }
    this.#lost = lost !== undefined;
  }

  #judge({ problems, failure }: QuickCheckResult): void {
    if (failure !== undefined) {
      this.#log.error("db_error", { op: "quick_check", err: failure });
    } else if (problems.length > 0) {
      this.#criticalError ??= damaged("quick_check");
      this.#log.error("db_error", { op: "quick_check", err: problems.slice(0, LOGGED).join("; ") });
    } else {
      this.#lock.settle();
      this.#log.info("the database is sound");
    }
  }
}

/** Checks whether the database can be written, for readyz. */
export class WriteProbe {
  readonly #store: Pick<Store, "probe">;
  readonly #clock: Pick<Clock, "steadyMs">;
  #askedMs = -Infinity;
  #answer: Promise<void> = Promise.resolve();

  constructor(store: Pick<Store, "probe">, clock: Pick<Clock, "steadyMs">) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Writes, unless that was done a moment ago. A lock that another process holds, as for a backup, passes.
   *
   * @throws {StoreError} When it cannot be written.
   */
  check(): Promise<void> {
    const nowMs = this.#clock.steadyMs();
    if (nowMs - this.#askedMs >= PROBE_MS) {
      this.#askedMs = nowMs;
      this.#answer = this.#store.probe().catch((error) => {
        if (!isLocked(error)) throw error;
      });
    }
    return this.#answer;
  }
}

function damaged(op: string): CriticalError {
  return { kind: "database_corrupt", mission_id: "", op };
}
