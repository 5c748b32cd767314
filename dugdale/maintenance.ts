import type { EngineParts } from "./engine/parts.ts";
import { Retention } from "./engine/retention.ts";
import type { Clock } from "./host/clock.ts";
import type { DirLock } from "./host/lock.ts";
import { LockWatch } from "./host/lock_watch.ts";
import { Periodic } from "./staging/periodic.ts";
import type { Store } from "./store/store.ts";

const VACUUM_PERIOD_MS = 3_600_000;
const TIDY_PERIOD_MS = 86_400_000;
/** Pages of one step, which takes a few milliseconds, and the maximum number of steps in an hour. */
const VACUUM_PAGES = 250, VACUUM_TIMES = 64;
const VACUUM_PAUSE_MS = 20;
/** Rows removed in one transaction. */
const AUDIT_ROWS = 1000;
const AUDIT_PAUSE_MS = 20;

/** Periodic maintenance of missions, database and lock; the staging area maintains its own files. */
export class Maintenance implements AsyncDisposable {
  readonly #workers: readonly Periodic[];
  readonly #watch: LockWatch;

  /** Starts it. @param onLockLost Called once, when the lock of the data directory has been lost. */
  constructor(parts: EngineParts, lock: DirLock, onLockLost: () => void) {
    const { clock, config, log, store } = parts;
    const retention = new Retention(parts);
    const onError = (op: string) => (err: unknown) => log.error("background work failed", { op, err });
    this.#watch = new LockWatch(lock, clock, onLockLost);
    this.#workers = [
      new Periodic({
        periodMs: config.cleanup.sweepIntervalMs,
        pauseTimes: 0,
        pass: async (stopping) => {
          await retention.run(stopping);
          await sweepAudit(parts, stopping);
        },
        onError: onError("retention"),
      }, clock),
      new Periodic({
        periodMs: config.cleanup.sweepIntervalMs,
        pass: () => store.missions.listedTimes.enter(),
        onError: onError("list times"),
      }, clock),
      new Periodic({
        periodMs: TIDY_PERIOD_MS,
        pass: (stopping) => store.missions.listedTimes.tidy(stopping),
        onError: onError("list times"),
      }, clock),
      new Periodic({
        periodMs: VACUUM_PERIOD_MS,
        pass: (stopping) => vacuum(store, clock, stopping),
        onError: onError("vacuum"),
      }, clock),
    ];
  }

  /** Stops it and waits for the work in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

/** Removes records of the audit that are too old. Without records nothing is written. */
async function sweepAudit(
  { store, clock, config }: Pick<EngineParts, "store" | "clock" | "config">,
  stopping: AbortSignal,
): Promise<void> {
  const beforeMs = (): number => clock.wallMs() - config.cleanup.auditTtlMs;
  while (!stopping.aborted && store.audit.hasBefore(beforeMs())) {
    await store.writeSoon(() => store.audit.removeBefore(beforeMs(), AUDIT_ROWS));
    await clock.sleep(AUDIT_PAUSE_MS, stopping);
  }
}

/** Returns free pages in steps too short to be noticed. */
async function vacuum(store: Store, clock: Clock, stopping: AbortSignal): Promise<void> {
  for (let count = 0; count < VACUUM_TIMES && !stopping.aborted; count++) {
    if (!store.vacuum(VACUUM_PAGES)) break;
    await clock.sleep(VACUUM_PAUSE_MS, stopping);
  }
  store.emptyLog();
}
