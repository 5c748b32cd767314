import type { DatabaseSync, StatementSync } from "node:sqlite";

/** A row of table `audit`. */
export interface AuditRow {
  /** Ascending, without gaps but for the oldest. */
  readonly id: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly target: string | null;
  /** JSON object. */
  readonly facts: string;
}

/** Filter of rows. Omitted fields do not filter. */
export interface AuditFilter {
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly actor?: string | undefined;
  /** A whole action, or its part before the dot. */
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

/** Rows read at once: about two milliseconds. */
const CHUNK_ROWS = 2000;

/** Table `audit`. */
export class AuditTable {
  readonly #add: StatementSync;
  readonly #ends: StatementSync;
  readonly #rows: StatementSync;
  readonly #oldest: StatementSync;
  readonly #removeBefore: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(`
      INSERT INTO audit (time, actor, address, action, target, facts)
      VALUES (:time, :actor, :address, :action, :target, :facts)`);
    this.#ends = db.prepare(
      `SELECT (SELECT min(id) FROM audit) AS first, (SELECT max(id) FROM audit) AS last`,
    );
    this.#rows = db.prepare(`
      SELECT * FROM audit WHERE id > :from AND id <= :to
        AND time >= :sinceMs AND time < :untilMs
        AND (:actor IS NULL OR actor = :actor)
        AND (:action IS NULL OR action = :action OR substr(action, 1, length(:action) + 1) = :action || '.')
        AND (:target IS NULL OR target = :target)
      ORDER BY id`);
    this.#oldest = db.prepare(`
      SELECT time FROM audit WHERE id < (SELECT max(id) FROM audit) ORDER BY id LIMIT 1`);
    this.#removeBefore = db.prepare(`
      DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT :limit) AND time < :beforeMs
        AND id < (SELECT max(id) FROM audit)`);
  }

  /** Adds a row and returns its id. */
  add(row: Omit<AuditRow, "id">): number {
    return Number(this.#add.run({ ...row }).lastInsertRowid);
  }

  /** Whether there are no rows. */
  isEmpty(): boolean {
    return this.#span().last === null;
  }

  /**
   * Reads the next rows after an id.
   *
   * @returns The rows of one chunk that match, which may be none, and where the next one begins; undefined at the end.
   */
  after(
    from: number,
    filter: AuditFilter,
  ): { readonly rows: readonly AuditRow[]; readonly next: number } | undefined {
    const { first, last } = this.#span();
    if (first === null || last === null || from >= last) return undefined;
    const { sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER, actor = null, action = null, target = null } =
      filter;
    const start = Math.max(from, first - 1);
    const to = Math.min(start + CHUNK_ROWS, last);
    const rows = this.#rows.all({ from: start, to, sinceMs, untilMs, actor, action, target });
    return { rows: rows as unknown as AuditRow[], next: to };
  }

  /** Whether the oldest row is from before a moment. The newest one does not count. */
  hasBefore(beforeMs: number): boolean {
    return (this.#oldest.get() as { time: number } | undefined ?? { time: beforeMs }).time < beforeMs;
  }

  /**
   * Removes rows of before a moment, at most `limit` of the oldest; returns their number. The newest row stays, so that no
   * id is given twice.
   */
  removeBefore(beforeMs: number, limit: number): number {
    return Number(this.#removeBefore.run({ beforeMs, limit }).changes);
  }

  #span(): { readonly first: number | null; readonly last: number | null } {
    return this.#ends.get() as { first: number | null; last: number | null };
  }
}
