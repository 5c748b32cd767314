import type { Clock } from "./host/clock.ts";
import type { DirLock } from "./host/lock.ts";
import type { Log } from "./host/log.ts";
import type { CriticalError } from "./http/health.ts";
import { isDamage, isDatabaseError, isLocked } from "./store/database_error.ts";
import { QuickCheck, type QuickCheckResult } from "./store/quick_check.ts";
import type { Store } from "./store/store.ts";

/** Maximum number of findings in the log. */
const LOGGED = 10;

/** Milliseconds between two checks of the database's files. */
const LOOK_MS = 2000;

/** A write within this time proves that writing works. */
const PROBE_MS = 2000;

/** The part of the store that is used. */
type Watched = Pick<Store, "lastFailure" | "lost" | "measure">;

/** Dependencies of the database check. */
interface DatabaseHealthParts {
  /** Knows how the last daemon ended, and is told when everything is in order. */
  readonly lock: DirLock;
  /** Path of the database file. */
  readonly database: string;
  readonly store: Watched;
  readonly clock: Pick<Clock, "every">;
  readonly log: Log;
}

/**
 * Whether the database can be trusted. After an unclean shutdown it is checked while the daemon is already working;
 * damage is reported by readyz until it is repaired manually. Missing or truncated files are reported while the
 * condition lasts.
 */
export class DatabaseHealth implements Disposable {
  readonly #lock: DirLock;
  readonly #log: Log;
  readonly #store: Watched;
  readonly #check: QuickCheck | undefined;
  readonly #timer: Disposable;
  #lost = false;
  #criticalError: CriticalError | undefined;

  /** Starts the check, if one is due, and the monitoring of files. */
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

  /** Damage that needs manual repair, if any. */
  get criticalError(): CriticalError | undefined {
    const { lost, lastFailure } = this.#store;
    if (lost !== undefined) return { kind: "database_lost", mission_id: "", op: "watch" };
    if (isDamage(lastFailure)) this.#criticalError ??= damaged("write");
    return this.#criticalError;
  }

  /**
   * Runs a repair step of the start, unless an earlier one has found damage: a damaged database must not decide which
   * files are orphans. A failed repair does not prevent the dugdale from working.
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

  /** Cancels the check; the next daemon repeats it. */
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

/** Checks whether the database is writable, for readyz. */
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
   * Writes, unless the last write was recent. A lock held by another process, as for a backup, is waited for.
   *
   * @throws {StoreError} When the write fails.
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
