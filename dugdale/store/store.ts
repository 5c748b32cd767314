import process from "node:process";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { type Clock, systemClock } from "../host/clock.ts";
import { type Log, silentLog } from "../host/log.ts";
import { AppliedConfigs } from "./applied.ts";
import { AuditTable } from "./audit.ts";
import { StoreError } from "./database_error.ts";
import { DatabaseFiles, type DatabaseLostError } from "./database_files.ts";
import { Failures } from "./failures.ts";
import { migrate } from "./migrations.ts";
import { Missions } from "./missions.ts";
import { Outbox } from "./outbox.ts";
import { Schedules } from "./schedules.ts";
import { StagingFiles } from "./staging_files.ts";

/**
 * Maximum wait for a lock: no other process writes, but one may read or take a backup. The whole daemon waits
 * meanwhile.
 */
const BUSY_MS = 1000;
/** How long the files of the database count as sound after a check: two checks cost a tenth of a dispatch. */
const LOOK_MS = 100;
/** Pages of the log before a checkpoint, 16 MB: a checkpoint costs two fsyncs. */
const LOG_PAGES = 4000;
/** Maximum number of turns of the event loop in which changes are gathered, while each brings more of them. */
const GATHER_TURNS = 4;

/**
 * SQLite is loaded here, not imported: without it, on older versions of Node, the testing kit can still be imported.
 */
function openDatabase(file: string): DatabaseSync {
  const sqlite = process.getBuiltinModule("node:sqlite");
  if (sqlite === undefined) {
    throw new Error("a dugdale needs node:sqlite: Deno, Bun, or Node 22.13 or newer");
  }
  return new sqlite.DatabaseSync(file);
}

interface Change {
  readonly apply: () => unknown;
  readonly durable: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The daemon's state: one SQLite file with a single writer.
 *
 * Changes made in the same turn of the event loop share one transaction, and so one fsync; among many callers several
 * turns are gathered, and a change that is not urgent may wait longer for others. A change runs synchronously, sees all
 * earlier ones, and is rolled back alone if it throws. Reads see only committed data, because no transaction is open
 * between two turns. The fsync blocks the event loop, so no reader sees a state that a power failure could undo.
 */
export class Store implements Disposable {
  readonly missions: Missions;
  readonly staging: StagingFiles;
  readonly applied: AppliedConfigs;
  readonly schedules: Schedules;
  readonly failures: Failures;
  readonly audit: AuditTable;
  /** The only connection that writes. Tests read its settings, which are not visible on other connections. */
  protected readonly db: DatabaseSync;
  readonly #clock: Clock;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #undo: StatementSync;
  /** Undefined for a database in memory. */
  readonly #files: DatabaseFiles | undefined;
  #waiting: Change[] = [];
  /** Of the changes that wait. */
  #callers = 0;
  /** A commit is due at the end of this turn. */
  #due = false;
  /** The last commit had several callers, so that more of them are to be expected. */
  #shared = false;
  /** Timer for the commit of changes that are not urgent. */
  #timer: Disposable | undefined;
  #outbox: Outbox | undefined;
  #synchronous = true;
  #lastFailure: StoreError | undefined;
  /** By the steady clock: until then the files count as sound, and are not checked before a transaction. */
  #lookAtMs = -Infinity;

  /**
   * Opens or creates the database and brings its schema up to date.
   *
   * @param cacheSize As SQLite's `cache_size`: pages, or KiB when negative.
   * @param clock Times the commits of changes that may wait. Default: the machine's.
   * @param log Gets the start and the end of an upgrade. Default: none.
   * @throws {NewerDatabaseError} When a newer version has written it.
   */
  constructor(
    file: string,
    cacheSize: number,
    clock: Clock = systemClock,
    log: Pick<Log, "info"> = silentLog,
  ) {
    this.#clock = clock;
    const db = this.db = openDatabase(file);
    db.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA busy_timeout = ${BUSY_MS};
      PRAGMA wal_autocheckpoint = ${LOG_PAGES};
      PRAGMA cache_size = ${Math.trunc(cacheSize)};
    `);
    migrate(db, file, (upgrade, from, to) => {
      const startMs = clock.steadyMs();
      log.info("database upgrade", { phase: "started", from, to });
      upgrade();
      log.info("database upgrade", { phase: "finished", ms: Math.round(clock.steadyMs() - startMs) });
    });
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#savepoint = db.prepare("SAVEPOINT change");
    this.#release = db.prepare("RELEASE change");
    this.#undo = db.prepare("ROLLBACK TO change");
    this.missions = new Missions(db, (apply) => this.writeSoon(apply));
    this.staging = new StagingFiles(db);
    this.applied = new AppliedConfigs(db);
    this.schedules = new Schedules(db);
    this.failures = new Failures(db);
    this.audit = new AuditTable(db);
    this.#files = file === ":memory:" ? undefined : new DatabaseFiles(file);
  }

  /** Made when it is first used: most dugdales have no hooks. */
  get outbox(): Outbox {
    return this.#outbox ??= new Outbox(this.db);
  }

  /** The error of the last transaction; undefined if it succeeded. */
  get lastFailure(): StoreError | undefined {
    return this.#lastFailure;
  }

  /** The problem with the database's files, if any. Nothing is written then. */
  get lost(): DatabaseLostError | undefined {
    return this.#files?.fault(() => this.#bytes());
  }

  /**
   * Makes a change and resolves with its result once it is on disk.
   *
   * @param delayMs How long it may wait for the commit of another change, to save one. Default 0.
   * @throws The error of the change, or {@linkcode StoreError} when the commit failed; it is then rolled back.
   */
  write<T>(apply: () => T, delayMs = 0): Promise<T> {
    return this.#enqueue(apply, true, delayMs);
  }

  /** As {@linkcode write}, but resolves once a crash of the process cannot undo it; a power failure may. */
  writeSoon<T>(apply: () => T): Promise<T> {
    return this.#enqueue(apply, false, 0);
  }

  /** Tells that a change which waits has got another caller, so that more of them are to be expected. */
  join(): void {
    this.#callers++;
  }

  /** Commits pending changes, without waiting for the end of the turn. */
  flush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#due = false;
    const changes = this.#waiting;
    if (changes.length === 0) return;
    this.#waiting = [];
    this.#shared = this.#callers > 1;
    this.#callers = 0;
    const settle: (() => void)[] = [];
    try {
      this.#assertNotLost();
      this.#setSynchronous(changes.some((change) => change.durable));
      this.#begin.run();
      const [first, ...others] = changes;
      if (first !== undefined && others.length === 0) settle.push(this.#commitAlone(first));
      else {
        for (const change of changes) settle.push(this.#applyOne(change));
        this.#commit.run();
      }
      this.missions.unfinished.keep();
    } catch (cause) {
      this.missions.unfinished.undo(0);
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      const error = this.#lastFailure = new StoreError("the database could not be written", { cause });
      for (const change of changes) change.reject(error);
      return;
    }
    this.#lastFailure = undefined;
    for (const done of settle) done();
  }

  /** Whether nothing was ever applied, and there are no missions and no files. */
  isEmpty(): boolean {
    const { used } = this.db.prepare(`
      SELECT EXISTS (SELECT 1 FROM applied) OR EXISTS (SELECT 1 FROM missions)
        OR EXISTS (SELECT 1 FROM staging_files) AS used`).get() as { used: number };
    return used === 0;
  }

  /** Rewrites existing data, to check whether it can be written and synced. */
  probe(): Promise<void> {
    return this.write(() => {
      const { user_version: version } = this.db.prepare("PRAGMA user_version").get() as {
        user_version: number;
      };
      this.db.exec(`PRAGMA user_version = ${version}`);
    });
  }

  /** Records the size of the database's file, so that a later truncation is detected. */
  measure(): void {
    this.#files?.measure(this.#bytes());
  }

  /**
   * Returns free pages to the file system.
   *
   * @param pages Maximum number; a thousand take about 20 ms.
   * @returns Whether there are more.
   */
  vacuum(pages: number): boolean {
    // Each page is a row of the result: all rows must be read to free all pages.
    this.db.prepare(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`).all();
    const { freelist_count: left } = this.db.prepare("PRAGMA freelist_count").get() as {
      freelist_count: number;
    };
    return left > 0;
  }

  /** Runs a checkpoint and truncates the log. */
  emptyLog(): void {
    this.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  [Symbol.dispose](): void {
    if (!this.db.isOpen) return;
    this.flush();
    this.db.close();
  }

  /** @throws {DatabaseLostError} */
  #assertNotLost(): void {
    const nowMs = this.#clock.steadyMs();
    if (nowMs < this.#lookAtMs) return;
    const { lost } = this;
    if (lost !== undefined) throw lost;
    this.#lookAtMs = nowMs + LOOK_MS;
  }

  /** Size of all pages, including those in the log. */
  #bytes(): number {
    const { page_count: pages } = this.db.prepare("PRAGMA page_count").get() as { page_count: number };
    const { page_size: size } = this.db.prepare("PRAGMA page_size").get() as { page_size: number };
    return pages * size;
  }

  #enqueue<T>(apply: () => T, durable: boolean, delayMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.db.isOpen) return reject(new StoreError("the database is closed"));
      this.#waiting.push({ apply, durable, resolve, reject });
      this.#callers++;
      if (delayMs > 0) this.#timer ??= this.#clock.after(delayMs, () => this.flush());
      else if (!this.#due) {
        this.#due = true;
        setImmediate(() => this.#gather(0, 1));
      }
    });
  }

  /**
   * With many callers, those that were just answered are about to send the next request: a turn costs much less than a
   * commit.
   */
  #gather(seen: number, turn: number): void {
    const count = this.#callers;
    if (!this.#shared || count === seen || turn === GATHER_TURNS) return this.flush();
    setImmediate(() => this.#gather(count, turn + 1));
  }

  /** A change that has the transaction for itself is undone with it, and needs no savepoint. */
  #commitAlone(change: Change): () => void {
    let result: never;
    try {
      result = change.apply() as never;
    } catch (error) {
      // Where it could not be written, SQLite may have undone it already.
      if (!this.db.isTransaction) throw error;
      this.db.exec("ROLLBACK");
      this.missions.unfinished.undo(0);
      return () => change.reject(error);
    }
    this.#commit.run();
    return () => change.resolve(result);
  }

  #applyOne(change: Change): () => void {
    this.#savepoint.run();
    const { unfinished } = this.missions;
    const { mark } = unfinished;
    try {
      const result = change.apply() as never;
      this.#release.run();
      return () => change.resolve(result);
    } catch (error) {
      this.#undo.run();
      unfinished.undo(mark);
      this.#release.run();
      return () => change.reject(error);
    }
  }

  /** With NORMAL a commit in WAL mode is not synced; the next FULL one syncs it too. */
  #setSynchronous(full: boolean): void {
    if (full === this.#synchronous) return;
    this.db.exec(`PRAGMA synchronous = ${full ? "FULL" : "NORMAL"}`);
    this.#synchronous = full;
  }
}
