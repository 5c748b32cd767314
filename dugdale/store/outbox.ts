import type { DatabaseSync, StatementSync } from "node:sqlite";

/** An event that is to be told to a target. */
export interface OutboxEvent {
  /** Unique, and the same in each delivery. */
  readonly event: string;
  readonly type: string;
  /** The mission; its events are delivered in their order. */
  readonly subject: string;
  /** Unix milliseconds. */
  readonly time: number;
  /** The whole event as JSON. */
  readonly body: string;
}

/** An event in the outbox. */
export interface OutboxRow extends OutboxEvent {
  readonly id: number;
  readonly target: string;
  /** Deliveries that have failed. */
  readonly tries: number;
  readonly dead_at: number | null;
  /** Why the last one failed. */
  readonly error: string | null;
}

/** How much a target has in the outbox. */
export interface OutboxCount {
  readonly target: string;
  readonly pending: number;
  readonly dead: number;
  /** When the oldest pending event happened. */
  readonly oldest: number | null;
}

/** Table `outbox`: of the events of one subject, only the first that is not delivered yet has a time to be sent at. */
export class Outbox {
  readonly #add: StatementSync;
  readonly #due: StatementSync;
  readonly #nextAt: StatementSync;
  readonly #remove: StatementSync;
  readonly #free: StatementSync;
  readonly #again: StatementSync;
  readonly #bury: StatementSync;
  readonly #buryAll: StatementSync;
  readonly #dead: StatementSync;
  readonly #revive: StatementSync;
  readonly #counts: StatementSync;
  readonly #pending: StatementSync;
  readonly #purge: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(`
      INSERT INTO outbox (target, subject, event, type, time, body, next_at)
      VALUES (:target, :subject, :event, :type, :time, :body, iif(EXISTS (
        SELECT 1 FROM outbox WHERE target = :target AND subject = :subject AND dead_at IS NULL), NULL, :time))`);
    this.#due = db.prepare(`
      SELECT * FROM outbox WHERE target = :target AND next_at <= :nowMs ORDER BY next_at, id LIMIT :limit`);
    this.#nextAt = db.prepare(`
      SELECT min(next_at) AS at FROM outbox WHERE target = :target AND next_at > :nowMs`);
    this.#remove = db.prepare(`DELETE FROM outbox WHERE id = :id`);
    this.#free = db.prepare(`
      UPDATE outbox SET next_at = :nowMs WHERE id = (
        SELECT min(id) FROM outbox WHERE target = :target AND subject = :subject AND dead_at IS NULL)`);
    this.#again = db.prepare(`
      UPDATE outbox SET tries = tries + 1, next_at = :nextMs, error = :error WHERE id = :id`);
    this.#bury = db.prepare(`
      UPDATE outbox SET tries = tries + 1, next_at = NULL, dead_at = :nowMs, error = :error WHERE id = :id`);
    this.#buryAll = db.prepare(`
      UPDATE outbox SET next_at = NULL, dead_at = :nowMs, error = :error
      WHERE target = :target AND dead_at IS NULL`);
    this.#dead = db.prepare(`
      SELECT * FROM outbox WHERE target = :target AND dead_at IS NOT NULL AND id > :after ORDER BY id LIMIT :limit`);
    this.#revive = db.prepare(`
      UPDATE outbox SET dead_at = NULL, tries = 0, time = :nowMs, next_at = iif(EXISTS (
        SELECT 1 FROM outbox other WHERE other.target = outbox.target AND other.subject = outbox.subject
          AND other.dead_at IS NULL AND other.next_at IS NOT NULL), NULL, :nowMs)
      WHERE target = :target AND id = :id AND dead_at IS NOT NULL`);
    this.#counts = db.prepare(`
      SELECT target, sum(dead_at IS NULL) AS pending, sum(dead_at IS NOT NULL) AS dead,
        min(iif(dead_at IS NULL, time, NULL)) AS oldest
      FROM outbox GROUP BY target`);
    this.#pending = db.prepare(`
      SELECT count(*) AS count FROM (
        SELECT 1 FROM outbox WHERE target = :target AND dead_at IS NULL LIMIT :limit)`);
    this.#purge = db.prepare(`
      DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE time < :beforeMs
          AND (dead_at IS NOT NULL OR target NOT IN (SELECT value FROM json_each(:targets))) LIMIT :limit)`);
  }

  /** Adds an event behind those of its subject. */
  add(target: string, { event, type, subject, time, body }: OutboxEvent): void {
    this.#add.run({ target, event, type, subject, time, body });
  }

  /** The events whose time has come, of each subject at most one; the longest due first. */
  due(target: string, nowMs: number, limit: number): OutboxRow[] {
    return this.#due.all({ target, nowMs, limit }) as unknown as OutboxRow[];
  }

  /** When the next event that is not due yet is to be sent. */
  nextAt(target: string, nowMs: number): number | undefined {
    return (this.#nextAt.get({ target, nowMs }) as { at: number | null }).at ?? undefined;
  }

  /** An event has been delivered: the next one of its subject may follow. */
  delivered({ id, target, subject }: OutboxRow, nowMs: number): void {
    this.#remove.run({ id });
    this.#free.run({ target, subject, nowMs });
  }

  /** A delivery has failed, and is repeated. */
  again({ id }: OutboxRow, error: string, nextMs: number): void {
    this.#again.run({ id, error, nextMs });
  }

  /** A delivery has failed for good: the next event of its subject may follow. */
  bury({ id, target, subject }: OutboxRow, error: string, nowMs: number): void {
    this.#bury.run({ id, error, nowMs });
    this.#free.run({ target, subject, nowMs });
  }

  /** Gives up all that waits for a target. */
  buryAll(target: string, error: string, nowMs: number): void {
    this.#buryAll.run({ target, error, nowMs });
  }

  /** Events that were given up, the oldest first. @param after The id of the last one known. */
  dead(target: string, after: number, limit: number): OutboxRow[] {
    return this.#dead.all({ target, after, limit }) as unknown as OutboxRow[];
  }

  /** Lets an event that was given up be delivered once more; false when there is none. Its age counts from now. */
  revive(target: string, id: number, nowMs: number): boolean {
    return this.#revive.run({ target, id, nowMs }).changes === 1;
  }

  /** What each target has, but for those that have nothing. */
  counts(): OutboxCount[] {
    return this.#counts.all() as unknown as OutboxCount[];
  }

  /** How many events wait for a target, counted up to a limit. */
  pending(target: string, limit: number): number {
    return (this.#pending.get({ target, limit }) as { count: number }).count;
  }

  /** Removes old events that are dead, or whose target is none of these; answers how many there were. */
  purge(targets: readonly string[], beforeMs: number, limit: number): number {
    return Number(this.#purge.run({ targets: JSON.stringify(targets), beforeMs, limit }).changes);
  }
}
