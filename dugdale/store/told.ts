import type { DatabaseSync, StatementSync } from "node:sqlite";

/** What a mission has said on its way, as far as it stays with its record. Null where there is nothing. */
export interface ToldRow {
  /** JSON: an array of strings. */
  readonly notes: string | null;
  /** JSON: an array of objects with `message` and `details`. */
  readonly warnings: string | null;
  /** JSON: an object. */
  readonly meta: string | null;
  /** The present state. */
  readonly state: string | null;
  /** JSON: an array of strings. */
  readonly states: string | null;
  /** How often something was more than is kept. */
  readonly dropped: number;
}

/** Table `told`: a row for each mission that has said something beside its progress and its end. */
export class ToldMissions {
  readonly #find: StatementSync;
  readonly #keep: StatementSync;
  /** Whether there are such missions: where there are none, no record asks for theirs. */
  #any: boolean;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(
      `SELECT notes, warnings, meta, state, states, dropped FROM told WHERE mission = ?`,
    );
    this.#keep = db.prepare(`
      INSERT OR REPLACE INTO told (mission, notes, warnings, meta, state, states, dropped)
      VALUES (:id, :notes, :warnings, :meta, :state, :states, :dropped)`);
    this.#any = db.prepare("SELECT 1 FROM told LIMIT 1").get() !== undefined;
  }

  /** What a mission has said. */
  find(id: number): ToldRow | undefined {
    return this.#any ? this.#find.get(id) as ToldRow | undefined : undefined;
  }

  /** Keeps what a mission has said by now, in place of what was kept before. */
  keep(id: number, row: ToldRow): void {
    this.#keep.run({ id, ...row });
    this.#any = true;
  }
}
