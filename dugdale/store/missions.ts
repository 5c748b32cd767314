import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { MissionKind, MissionStatus } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import { MissionList } from "./mission_list.ts";
import { MissionRetention } from "./mission_retention.ts";
import type { Ending, MissionFileRow, MissionRow, NewMission, RuntimeRow } from "./mission_row.ts";

/** How many missions of a lane and kind wait or run. */
export interface UnfinishedCount {
  readonly lane: string;
  readonly kind: MissionKind;
  readonly status: "queued" | "running";
  readonly count: number;
}

/** The lines of a mission between two of its states. */
export interface ProgressLine {
  readonly seq: number;
  readonly line: string;
}

const NEW_COLUMNS =
  "time_created, mission_id, kind, lane, mission_name, timeout_ms, runtime, display_name, group_id, restarted_from, " +
  "input_fingerprint, traceparent, input";
const NEW_VALUES = NEW_COLUMNS.split(",").map((_, index) => `?${index + 1}`).join(", ");

/** In the order of the columns: to bind so many by name takes a quarter of the time of an insert. */
function valuesOf(mission: NewMission): (string | number | null)[] {
  return [
    mission.createdMs,
    mission.missionId,
    mission.kind,
    mission.lane,
    mission.missionName,
    mission.timeoutMs,
    mission.runtime,
    mission.displayName,
    mission.groupId,
    mission.restartedFrom,
    mission.fingerprint,
    mission.traceparent,
    mission.input,
  ];
}

/** Tables `missions`, `progress` and `runtimes`: the life of a mission from dispatch to done. */
export class Missions {
  /** Pages of missions. */
  readonly list: MissionList;
  /** What is too old to stay. */
  readonly retention: MissionRetention;
  readonly #insert: StatementSync;
  readonly #insertRunning: StatementSync;
  readonly #insertFile: StatementSync;
  readonly #find: StatementSync;
  readonly #status: StatementSync;
  readonly #files: StatementSync;
  readonly #runtime: StatementSync;
  /** Rows of `runtimes` never change. */
  readonly #runtimes = new Map<number, RuntimeRow>();
  readonly #oldest: StatementSync;
  readonly #claim: StatementSync;
  readonly #start: StatementSync;
  readonly #noteEnding: StatementSync;
  readonly #finish: StatementSync;
  readonly #addProgress: StatementSync;
  readonly #progressAfter: StatementSync;
  readonly #unfinished: StatementSync;
  readonly #running: StatementSync;
  readonly #queuedIn: StatementSync;
  readonly #markDeleting: StatementSync;

  constructor(db: DatabaseSync) {
    this.list = new MissionList(db);
    this.retention = new MissionRetention(db);
    this.#insert = db.prepare(
      `INSERT INTO missions (${NEW_COLUMNS}, status) VALUES (${NEW_VALUES}, 'queued')`,
    );
    this.#insertRunning = db.prepare(`
      INSERT INTO missions (${NEW_COLUMNS}, status, time_started, pid, process_start)
      VALUES (${NEW_VALUES}, 'running', ?1, 0, 0) RETURNING *`);
    this.#insertFile = db.prepare(`
      INSERT INTO mission_files (mission, staging_id, ref_kind, role) VALUES (:mission, :stagingId, :kind, :role)`);
    this.#find = db.prepare(`SELECT * FROM missions WHERE mission_id = ?`);
    this.#status = db.prepare(`SELECT status FROM missions WHERE mission_id = ?`);
    this.#files = db.prepare(`
      SELECT f.staging_id, f.ref_kind, f.role, s.sha256, s.size, s.state
      FROM mission_files f JOIN staging_files s USING (staging_id) WHERE f.mission = ? ORDER BY f.role`);
    this.#runtime = db.prepare(`SELECT * FROM runtimes WHERE id = ?`);
    this.#oldest = db.prepare(`
      SELECT id FROM missions WHERE status = 'queued' AND lane = ? ORDER BY time_created, mission_id LIMIT ?`);
    this.#claim = db.prepare(`
      UPDATE missions SET status = 'running', time_started = :nowMs, pid = 0, process_start = 0
      WHERE id = :id AND status = 'queued' RETURNING *`);
    this.#start = db.prepare(`
      UPDATE missions SET pid = :pid, process_start = :processStart, time_started = :startedMs
      WHERE id = :id AND status = 'running'`);
    this.#noteEnding = db.prepare(
      `UPDATE missions SET ending = :ending WHERE id = :id AND status = 'running'`,
    );
    this.#finish = db.prepare(`
      UPDATE missions SET status = 'done', ending = NULL, time_finished = :nowMs, outcome = :outcome,
        pid = coalesce(:pid, pid), time_started = coalesce(:startedMs, time_started),
        exit_code = :exitCode, signal = :signal, fail_reason = :failReason, fail_message = :failMessage,
        fail_details = :failDetails, return_value = :returnValue, progress_dropped = :progressDropped,
        truncated_stdout = :truncatedStdout, truncated_stderr = :truncatedStderr,
        done_seq = 1 + coalesce((SELECT max(seq) FROM progress WHERE mission = missions.id),
          iif(coalesce(:pid, pid) > 0, 2, 1))
      WHERE id = :id AND status = :from
      RETURNING *`);
    this.#addProgress = db.prepare(`INSERT INTO progress (mission, seq, line) VALUES (:id, :seq, :line)`);
    this.#progressAfter = db.prepare(`
      SELECT seq, line FROM progress WHERE mission = :id AND seq > :from ORDER BY seq`);
    this.#unfinished = db.prepare(`SELECT lane, kind, status, count FROM unfinished WHERE count > 0`);
    this.#running = db.prepare(`SELECT * FROM missions WHERE status = 'running' ORDER BY id`);
    this.#queuedIn = db.prepare(
      `SELECT * FROM missions WHERE status = 'queued' AND lane = ? ORDER BY id LIMIT ?`,
    );
    this.#markDeleting = db.prepare(`
      UPDATE missions SET status = 'deleting' WHERE id = :id AND status IN ('queued', 'done')`);
  }

  /** Adds a queued mission with its files and returns its row number. */
  insert(mission: NewMission): number {
    const id = Number(this.#insert.run(...valuesOf(mission)).lastInsertRowid);
    for (const file of mission.files) this.#insertFile.run({ mission: id, ...file });
    return id;
  }

  /** Adds a mission that is picked up at once. */
  insertRunning(mission: NewMission): MissionRow {
    const row = this.#insertRunning.get(...valuesOf(mission)) as unknown as MissionRow;
    for (const file of mission.files) this.#insertFile.run({ mission: row.id, ...file });
    return row;
  }

  /** Looks a mission up, whatever its status. */
  find(missionId: MissionId): MissionRow | undefined {
    return this.#find.get(missionId) as MissionRow | undefined;
  }

  /** The status of a mission; for those who ask often, as its input may be a megabyte. */
  status(missionId: MissionId): MissionStatus | undefined {
    return (this.#status.get(missionId) as Pick<MissionRow, "status"> | undefined)?.status;
  }

  /** The files of a mission in the order of their roles. */
  files(id: number): MissionFileRow[] {
    return this.#files.all(id) as unknown as MissionFileRow[];
  }

  /** How the mission is to be started. */
  runtime(id: number): RuntimeRow | undefined {
    const known = this.#runtimes.get(id);
    if (known !== undefined) return known;
    const row = this.#runtime.get(id) as RuntimeRow | undefined;
    if (row !== undefined) this.#runtimes.set(id, row);
    return row;
  }

  /** Makes the oldest queued missions of a lane running and returns them, the oldest first. */
  claim(lane: string, limit: number, nowMs: number): MissionRow[] {
    // One statement for both is five times slower: it goes through a temporary table.
    const oldest = this.#oldest.all(lane, limit) as unknown as { id: number }[];
    return oldest.map(({ id }) => this.#claim.get({ id, nowMs }) as unknown as MissionRow);
  }

  /** Records the process of a running mission. */
  start(id: number, pid: number, processStart: number, startedMs: number): void {
    this.#start.run({ id, pid, processStart, startedMs });
  }

  /** Records how the process ended before its output files are collected; false when the row has gone on. */
  noteEnding(id: number, ending: string): boolean {
    return this.#noteEnding.run({ id, ending }).changes === 1;
  }

  /**
   * Makes a mission done, unless it has left the status it is expected in; answers the row as it is then.
   *
   * @param start Of a process whose start was not recorded before.
   */
  finish(
    id: number,
    from: "queued" | "running",
    ending: Ending,
    nowMs: number,
    start?: { readonly pid: number; readonly startedMs: number },
  ): MissionRow | undefined {
    return this.#finish.get({
      id,
      from,
      nowMs,
      pid: start?.pid ?? null,
      startedMs: start?.startedMs ?? null,
      ...ending,
      truncatedStdout: ending.truncatedStdout ? 1 : 0,
      truncatedStderr: ending.truncatedStderr ? 1 : 0,
    }) as MissionRow | undefined;
  }

  /** Adds one progress line. */
  addProgress(id: number, seq: number, line: string): void {
    this.#addProgress.run({ id, seq, line });
  }

  /** The progress lines after a seq. Read no more of them than are needed: they may be megabytes. */
  progressAfter(id: number, from: number): Iterable<ProgressLine> {
    return this.#progressAfter.iterate({ id, from }) as unknown as Iterable<ProgressLine>;
  }

  /** Counts of waiting and running missions, one entry for each lane, kind and status that has any. */
  unfinished(): UnfinishedCount[] {
    return this.#unfinished.all() as unknown as UnfinishedCount[];
  }

  /** Every running mission. */
  running(): MissionRow[] {
    return this.#running.all() as unknown as MissionRow[];
  }

  /** Some of the missions that wait in a lane. */
  queuedIn(lane: string, limit: number): MissionRow[] {
    return this.#queuedIn.all(lane, limit) as unknown as MissionRow[];
  }

  /** Hides a queued or done mission until the next sweep removes it; false when it is in another state. */
  markDeleting(id: number): boolean {
    return this.#markDeleting.run({ id }).changes === 1;
  }
}
