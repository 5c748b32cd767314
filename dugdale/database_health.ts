import type { DirLock } from "./host/lock.ts";
import type { Log } from "./host/log.ts";
import type { CriticalError } from "./http/health.ts";
import { isDamage, isDatabaseError } from "./store/database_error.ts";
import { QuickCheck, type QuickCheckResult } from "./store/quick_check.ts";

/** So many of the things that are wrong are logged. */
const LOGGED = 10;

/**
 * Whether the database can be trusted. After an end by force it is checked, while the daemon works already; a damaged
 * one is told by readyz until a person has repaired it.
 */
export class DatabaseHealth implements Disposable {
  readonly #lock: DirLock;
  readonly #log: Log;
  readonly #check: QuickCheck | undefined;
  #criticalError: CriticalError | undefined;

  /** @param lock Tells how the last daemon ended, and is told when everything is in order. */
  constructor(lock: DirLock, database: string, log: Log) {
    this.#lock = lock;
    this.#log = log;
    if (!lock.unclean) return;
    log.warn("the last dugdale here was ended by force; its database is being checked");
    this.#check = new QuickCheck(database);
    void this.#check.result.then((result) => this.#judge(result));
  }

  /** What only a person can repair, if anything. */
  get criticalError(): CriticalError | undefined {
    return this.#criticalError;
  }

  /**
   * Does a repair of the start, unless an earlier one has met damage: a damaged database must not decide which files
   * are orphans. A failed repair does not keep the dugdale from working as far as it can.
   */
  async repair(op: string, work: () => Promise<void>): Promise<void> {
    if (this.#criticalError !== undefined) return;
    try {
      await work();
    } catch (err) {
      this.#log.error(isDatabaseError(err) ? "db_error" : "io_error", { op, err });
      if (isDamage(err)) this.#criticalError ??= damaged(op);
    }
  }

  /** Gives the check up; the next daemon does it again. */
  [Symbol.dispose](): void {
    this.#check?.[Symbol.dispose]();
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

function damaged(op: string): CriticalError {
  return { kind: "database_corrupt", mission_id: "", op };
}
