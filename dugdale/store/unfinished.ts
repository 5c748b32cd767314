import type { DatabaseSync } from "node:sqlite";
import type { MissionKind, MissionStatus } from "../../protocol/mission.ts";
import { isDamage } from "./database_error.ts";

/** Number of missions of a lane and kind in a status. */
export interface UnfinishedCount {
  readonly lane: string;
  readonly kind: MissionKind;
  readonly status: "queued" | "running";
  readonly count: number;
}

/** The values that determine which count a mission belongs to. */
export interface Counted {
  readonly lane: string;
  readonly kind: MissionKind;
  readonly status: MissionStatus;
}

type Entry = { -readonly [Key in keyof UnfinishedCount]: UnfinishedCount[Key] };

/**
 * Counts of unfinished missions, so that no request has to count a long queue. Counted once at the start, and then
 * updated with every change of a status: a row for each count would be one more page in every commit.
 */
export class UnfinishedCounts {
  readonly #entries = new Map<string, Entry>();
  /** Changes of the current transaction. */
  readonly #moves: { readonly entry: Entry; readonly by: number }[] = [];

  constructor(db: DatabaseSync) {
    try {
      this.#count(db);
    } catch (error) {
      // A damaged database does not prevent the start: its check finds the damage, and no work is accepted.
      if (!isDamage(error)) throw error;
    }
  }

  /** Counts of queued and running missions, one entry for each lane, kind and status with any. */
  list(): UnfinishedCount[] {
    return [...this.#entries.values()].filter(({ count }) => count > 0);
  }

  /** Counts a new mission. */
  enter(mission: Omit<Counted, "status">, status: MissionStatus): void {
    this.#add(mission, status, 1);
  }

  /** Moves a mission from its status to another one. */
  move(mission: Counted, status: MissionStatus): void {
    this.#add(mission, mission.status, -1);
    this.enter(mission, status);
  }

  /** The position to which {@linkcode undo} returns. */
  get mark(): number {
    return this.#moves.length;
  }

  /** Undoes the changes since the mark. */
  undo(mark: number): void {
    for (const { entry, by } of this.#moves.splice(mark)) entry.count -= by;
  }

  /** Makes all changes so far permanent. */
  keep(): void {
    this.#moves.length = 0;
  }

  #count(db: DatabaseSync): void {
    // Grouped in the order of the index: sorting a million missions by two columns takes three times as long.
    const count = (index: string, status: string, own: string): string => `
      SELECT lane, status, count(*) AS count, sum(kind = 'exec') AS execs FROM missions INDEXED BY ${index}
      WHERE status = '${status}' AND ${own} GROUP BY lane`;
    const rows = db.prepare(
      [
        count("missions_queued", "queued", "run_at IS NULL"),
        count("missions_due", "queued", "run_at IS NOT NULL"),
        count("missions_running", "running", "true"),
      ].join(" UNION ALL "),
    ).all() as unknown as (Omit<UnfinishedCount, "kind"> & { readonly execs: number })[];
    for (const { lane, status, count, execs } of rows) {
      this.#entry(lane, "mission", status).count += count - execs;
      this.#entry(lane, "exec", status).count += execs;
    }
  }

  #add({ lane, kind }: Omit<Counted, "status">, status: MissionStatus, by: number): void {
    if (status !== "queued" && status !== "running") return;
    const entry = this.#entry(lane, kind, status);
    entry.count += by;
    this.#moves.push({ entry, by });
  }

  #entry(lane: string, kind: MissionKind, status: UnfinishedCount["status"]): Entry {
    const key = `${status} ${kind} ${lane}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, entry = { lane, kind, status, count: 0 });
    return entry;
  }
}
