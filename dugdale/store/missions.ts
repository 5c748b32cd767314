import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";
import type { MissionStatus } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import { attemptLine, hadProcess, type ProcessStart, runningLine, runningSeq } from "./mission_json.ts";
import { ListedTimes } from "./listed_times.ts";
import { MissionKeys } from "./keys.ts";
import { MissionList } from "./mission_list.ts";
import { MissionRetention } from "./mission_retention.ts";
import {
  type AttemptRow,
  type CapturedBytes,
  type DoneMission,
  type Ending,
  ENQUEUED_FIELDS,
  type MissionFileRow,
  type MissionPlan,
  missionPlan,
  type MissionRow,
  type NewMission,
  type QueuedMission,
  type RunningMission,
  type RuntimeRow,
  toMission,
} from "./mission_row.ts";
import { MissionQueue } from "./queue.ts";
import { ToldMissions } from "./told.ts";
import { type Counted, UnfinishedCounts } from "./unfinished.ts";
import { WideRows } from "./wide_rows.ts";

/** A hidden mission's previous values. */
export interface Hidden extends Counted, Pick<MissionRow, "key" | "serial"> {}

/** The end of an attempt that is followed by another one. */
export interface AttemptEnd {
  readonly ending: Ending;
  readonly nowMs: number;
  /** When the next one may begin, in Unix milliseconds. */
  readonly runAtMs: number;
  /** Of a process whose start was not recorded before. */
  readonly start: ProcessStart | undefined;
  /** End of its output. */
  readonly captured?: CapturedBytes | undefined;
}

/** What is on record of the present attempt of a mission. */
interface AttemptSoFar {
  readonly pid: number | null;
  readonly time_started: number | null;
  /** Of its last stored line, if it has any. */
  readonly seq: number | null;
}

/** A line of a mission between two of its states. */
export interface ProgressLine {
  readonly seq: number;
  readonly line: string;
}

/** Record fields of a new mission, and the other columns of its row. */
const NEW_FIELDS = [
  ...ENQUEUED_FIELDS,
  { name: "runtime", column: "runtime" },
  { name: "traceparent", column: "traceparent" },
  { name: "class", column: "class" },
  { name: "serial", column: "serial" },
  { name: "runAtMs", column: "run_at" },
] as readonly { readonly name: Exclude<keyof NewMission, "files" | "plan">; readonly column: string }[];
const NEW_COLUMNS = NEW_FIELDS.map(({ column }) => column).join(", ");
const NEW_VALUES = NEW_FIELDS.map((_, index) => `?${index + 1}`).join(", ");
const CREATED = `?${1 + NEW_FIELDS.findIndex(({ name }) => name === "createdMs")}`;

/** The row of a mission that was inserted as running: to ask the database for it would double the time of the insert. */
function runningRow(id: number, mission: NewMission): RunningMission {
  return {
    id,
    mission_id: mission.missionId,
    kind: mission.kind,
    lane: mission.lane,
    mission_name: mission.missionName,
    display_name: mission.displayName,
    group_id: mission.groupId,
    input: mission.input,
    input_fingerprint: mission.inputFingerprint,
    time_created: mission.createdMs,
    timeout_ms: mission.timeoutMs,
    key: mission.key,
    restarted_from: mission.restartedFrom,
    runtime: mission.runtime,
    traceparent: mission.traceparent,
    class: mission.class,
    serial: mission.serial,
    run_at: mission.runAtMs,
    enqueued: null,
    attempt: 1,
    running_seq: null,
    status: "running",
    time_started: mission.createdMs,
    pid: 0,
    process_start: 0,
    ending: null,
  };
}

/** In the order of the columns: binding so many values by name takes a quarter of the time of an insert. */
function valuesOf(mission: NewMission): (string | number | null)[] {
  return NEW_FIELDS.map(({ name }) => mission[name]);
}

function toStart({ pid, time_started: startedMs }: AttemptSoFar): ProcessStart | undefined {
  return pid !== null && pid > 0 && startedMs !== null ? { pid, startedMs } : undefined;
}

/** Tables `missions`, `progress` and `runtimes`: missions from dispatch to end. */
export class Missions {
  /** Index of rare missions, for pages. */
  readonly listedTimes: ListedTimes;
  /** Pages of missions. */
  readonly list: MissionList;
  /** The queues of the lanes. */
  readonly queue: MissionQueue;
  /** Counts of queued and running missions. */
  readonly unfinished: UnfinishedCounts;
  /** Missions by their keys. */
  readonly keys: MissionKeys;
  readonly told: ToldMissions;
  /** Removal of old missions. */
  readonly retention: MissionRetention;
  readonly #insert: StatementSync;
  readonly #insertRunning: StatementSync;
  readonly #insertFile: StatementSync;
  readonly #find: WideRows<MissionRow>;
  readonly #status: StatementSync;
  readonly #files: StatementSync;
  readonly #runtime: StatementSync;
  /** Rows of `runtimes` never change. */
  readonly #runtimes = new Map<number, RuntimeRow>();
  readonly #start: StatementSync;
  readonly #noteEnding: StatementSync;
  readonly #finish: StatementSync;
  readonly #addProgress: StatementSync;
  readonly #progressAfter: StatementSync;
  readonly #running: StatementSync;
  readonly #attemptSoFar: StatementSync;
  readonly #requeue: StatementSync;
  readonly #putBack: StatementSync;
  readonly #addAttempt: StatementSync;
  readonly #attempts: StatementSync;
  readonly #addPlan: StatementSync;
  readonly #plan: StatementSync;
  /** Without plans, the end and the record of a mission need no lookup. */
  #hasPlans: boolean;
  readonly #hidden: StatementSync;
  readonly #markDeleting: StatementSync;

  /** @param writeSoon Makes a change that a power failure may undo. */
  constructor(db: DatabaseSync, writeSoon: (apply: () => void) => Promise<void>) {
    this.listedTimes = new ListedTimes(db, writeSoon);
    this.unfinished = new UnfinishedCounts(db);
    this.list = new MissionList(db, this.listedTimes, this.unfinished);
    this.queue = new MissionQueue(db, this.unfinished);
    this.told = new ToldMissions(db);
    this.keys = new MissionKeys(db);
    this.retention = new MissionRetention(db, this.listedTimes);
    this.#insert = db.prepare(
      `INSERT INTO missions (${NEW_COLUMNS}, status) VALUES (${NEW_VALUES}, 'queued')`,
    );
    this.#insertRunning = db.prepare(`
      INSERT INTO missions (${NEW_COLUMNS}, status, time_started, pid, process_start)
      VALUES (${NEW_VALUES}, 'running', ${CREATED}, 0, 0)`);
    this.#insertFile = db.prepare(`
      INSERT INTO mission_files (mission, staging_id, ref_kind, role) VALUES (:mission, :stagingId, :kind, :role)`);
    this.#find = new WideRows(db, `SELECT * FROM missions WHERE mission_id = ?`);
    this.#status = db.prepare(`SELECT status FROM missions WHERE mission_id = ?`);
    this.#files = db.prepare(`
      SELECT f.staging_id, f.ref_kind, f.role, s.sha256, s.size, s.state
      FROM mission_files f JOIN staging_files s USING (staging_id) WHERE f.mission = ? ORDER BY f.role`);
    this.#runtime = db.prepare(`SELECT * FROM runtimes WHERE id = ?`);
    this.#start = db.prepare(`
      UPDATE missions SET pid = :pid, process_start = :processStart, time_started = :startedMs
      WHERE id = :id AND status = 'running'`);
    this.#noteEnding = db.prepare(
      `UPDATE missions SET ending = :ending WHERE id = :id AND status = 'running'`,
    );
    this.#finish = db.prepare(`
      UPDATE missions SET status = 'done', ending = NULL, time_finished = ?, pid = ?, time_started = ?, done_seq = ?,
        outcome = ?, exit_code = ?, signal = ?, fail_reason = ?, fail_message = ?, fail_details = ?, return_value = ?,
        truncated_stdout = ?, truncated_stderr = ?, leftovers = ?, progress_dropped = ?
      WHERE id = ? AND status = ?`);
    this.#addProgress = db.prepare(`INSERT INTO progress (mission, seq, line) VALUES (:id, :seq, :line)`);
    this.#progressAfter = db.prepare(`
      SELECT seq, line FROM progress WHERE mission = :id AND seq > :from ORDER BY seq`);
    // By the index: the planner would otherwise scan all missions in the requested order.
    this.#running = db.prepare(
      `SELECT * FROM missions INDEXED BY missions_running WHERE status = 'running' ORDER BY id`,
    );
    this.#attemptSoFar = db.prepare(`
      SELECT pid, time_started, (SELECT max(seq) FROM progress WHERE mission = id) AS seq FROM missions WHERE id = ?`);
    this.#requeue = db.prepare(`
      UPDATE missions SET status = 'queued', attempt = attempt + 1, enqueued = :enqueuedMs, run_at = :runAtMs,
        time_started = NULL, pid = NULL, process_start = NULL, ending = NULL, running_seq = :runningSeq
      WHERE id = :id AND status = 'running' RETURNING *`);
    this.#putBack = db.prepare(`
      UPDATE missions SET status = 'queued', time_started = NULL, pid = NULL, process_start = NULL
      WHERE id = :id AND status = 'running' AND pid = 0`);
    this.#addAttempt = db.prepare(`
      INSERT INTO attempts (mission, n, time_started, time_finished, pid, outcome, exit_code, signal, fail_reason, fail_message,
        captured)
      VALUES (:id, :attempt, :startedMs, :nowMs, :pid, :outcome, :exitCode, :signal, :failReason, :failMessage, :captured)`);
    this.#attempts = db.prepare(`
      SELECT n, time_started, time_finished, pid, outcome, exit_code, signal, fail_reason, fail_message, captured
      FROM attempts WHERE mission = ? ORDER BY n`);
    this.#addPlan = db.prepare(`INSERT INTO plans (mission, options) VALUES (?, ?)`);
    this.#plan = db.prepare(`SELECT options FROM plans WHERE mission = ?`);
    this.#hasPlans = db.prepare(`SELECT 1 FROM plans LIMIT 1`).get() !== undefined;
    this.#hidden = db.prepare(`SELECT lane, kind, status, key, serial FROM missions WHERE id = ?`);
    this.#markDeleting = db.prepare(`
      UPDATE missions SET status = 'deleting' WHERE id = :id AND status IN ('queued', 'done')`);
  }

  /** Adds a queued mission with its files and returns its row number. */
  insert(mission: NewMission): number {
    const id = Number(this.#insert.run(...valuesOf(mission)).lastInsertRowid);
    this.unfinished.enter(mission, "queued");
    if (mission.runAtMs !== null) this.queue.expect(mission.lane, mission.runAtMs);
    this.#insertParts(id, mission);
    return id;
  }

  /** Adds a mission that runs immediately. */
  insertRunning(mission: NewMission): RunningMission {
    const id = Number(this.#insertRunning.run(...valuesOf(mission)).lastInsertRowid);
    this.unfinished.enter(mission, "running");
    this.#insertParts(id, mission);
    return runningRow(id, mission);
  }

  #insertParts(id: number, { files, plan }: NewMission): void {
    for (const file of files) this.#insertFile.run({ mission: id, ...file });
    if (plan === null) return;
    this.#addPlan.run(id, JSON.stringify(plan));
    this.#hasPlans = true;
  }

  /** The plan of a mission; undefined for a plain run. */
  plan(id: number): MissionPlan | undefined {
    const row = this.#hasPlans ? this.#plan.get(id) as { options: string } | undefined : undefined;
    return row && v.parse(missionPlan, JSON.parse(row.options));
  }

  /** Finds a mission of any status. */
  find(missionId: MissionId): MissionRow | undefined {
    return this.#find.get(missionId);
  }

  /** The status of a mission, without its input, which may be a megabyte. */
  status(missionId: MissionId): MissionStatus | undefined {
    return (this.#status.get(missionId) as Pick<MissionRow, "status"> | undefined)?.status;
  }

  /** The files of a mission, sorted by role. */
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

  /** Records the process of a running mission. */
  start(id: number, pid: number, processStart: number, startedMs: number): void {
    this.#start.run({ id, pid, processStart, startedMs });
  }

  /** Records how the process ended before its output files are collected; false if the mission is no longer running. */
  noteEnding(id: number, ending: string): boolean {
    return this.#noteEnding.run({ id, ending }).changes === 1;
  }

  /**
   * Makes a mission done, unless its status has changed; returns the new row.
   *
   * @param start Of a process whose start was not recorded before.
   */
  finish(
    mission: QueuedMission | RunningMission,
    ending: Ending,
    nowMs: number,
    start?: ProcessStart,
  ): DoneMission | undefined {
    const { id, status } = mission;
    const soFar = this.#soFar(id);
    if (soFar === undefined) return undefined;
    const { pid, startedMs } = start ?? { pid: soFar.pid, startedMs: soFar.time_started };
    const doneSeq = 1 + Math.max(soFar.seq ?? 1, hadProcess({ pid }) ? runningSeq(mission) : 1);
    const { outcome, exitCode, signal, failReason, failMessage, failDetails, returnValue } = ending;
    const { leftovers = null, progressDropped } = ending;
    const stdout = ending.truncatedStdout ? 1 : 0, stderr = ending.truncatedStderr ? 1 : 0;
    // By position, and not asked for the row: each of both would take as long as the change itself.
    const { changes } = this.#finish.run(
      nowMs,
      pid,
      startedMs,
      doneSeq,
      outcome,
      exitCode,
      signal,
      failReason,
      failMessage,
      failDetails,
      returnValue,
      stdout,
      stderr,
      leftovers,
      progressDropped,
      id,
      status,
    );
    if (changes === 0) return undefined;
    this.unfinished.move(mission, "done");
    const done: DoneMission = {
      ...mission,
      status: "done",
      time_finished: nowMs,
      pid,
      time_started: startedMs,
      done_seq: doneSeq,
      outcome,
      exit_code: exitCode,
      signal,
      fail_reason: failReason,
      fail_message: failMessage,
      fail_details: failDetails,
      return_value: returnValue,
      truncated_stdout: stdout,
      truncated_stderr: stderr,
      leftovers,
      progress_dropped: progressDropped,
    };
    return done;
  }

  /** Makes a running mission without a process queued again, in its old place. */
  putBack(mission: RunningMission): void {
    if (this.#putBack.run({ id: mission.id }).changes === 1) this.unfinished.move(mission, "queued");
  }

  /**
   * Ends an attempt and puts the mission back into its queue, unless it is no longer running. The events of the attempt
   * are stored now, because the row describes those of the next one.
   */
  requeue(row: RunningMission, attempt: AttemptEnd): QueuedMission | undefined {
    const { id } = row;
    const { ending, nowMs, runAtMs } = attempt;
    const soFar = this.#soFar(id);
    if (soFar === undefined) return undefined;
    const start = attempt.start ??
      toStart(soFar);
    const last = soFar.seq ?? 1;
    const seq = 1 + Math.max(last, start === undefined ? 1 : runningSeq(row));
    const again = this.#requeue.get({
      id,
      runAtMs: runAtMs > nowMs ? runAtMs : null,
      enqueuedMs: runAtMs > nowMs ? null : nowMs,
      runningSeq: seq + 1,
    });
    if (again === undefined) return undefined;
    this.unfinished.move(row, "queued");
    if (start !== undefined) this.addProgress(id, runningSeq(row), runningLine(row, start));
    this.addProgress(id, seq, attemptLine(seq, row.attempt, attempt));
    const { outcome, exitCode, signal, failReason, failMessage } = ending;
    const end = { outcome, exitCode, signal, failReason, failMessage };
    const { pid = null, startedMs = null } = start ?? {};
    const captured = attempt.captured === undefined ? null : JSON.stringify(attempt.captured);
    this.#addAttempt.run({ id, attempt: row.attempt, startedMs, nowMs, pid, captured, ...end });
    if (runAtMs > nowMs) this.queue.expect(row.lane, runAtMs);
    return toMission(again);
  }

  /** The start may have been recorded, and progress stored, since a row was read. */
  #soFar(id: number): AttemptSoFar | undefined {
    return this.#attemptSoFar.get(id) as AttemptSoFar | undefined;
  }

  /** The attempts of a mission that were followed by another one, in order. */
  attempts({ id, attempt }: Pick<MissionRow, "id" | "attempt">): AttemptRow[] {
    return attempt === 1 ? [] : this.#attempts.all(id) as unknown as AttemptRow[];
  }

  /** Adds one progress line. */
  addProgress(id: number, seq: number, line: string): void {
    this.#addProgress.run({ id, seq, line });
  }

  /** The progress lines after a seq. Read only as many as needed: they may be megabytes. */
  progressAfter(id: number, from: number): Iterable<ProgressLine> {
    return this.#progressAfter.iterate({ id, from }) as unknown as Iterable<ProgressLine>;
  }

  /** Every running mission. */
  running(): RunningMission[] {
    return this.#running.all().map((row) => toMission<RunningMission>(row));
  }

  /** Hides a queued or done mission until the next sweep removes it; undefined in another state. */
  markDeleting(id: number): Hidden | undefined {
    const before = this.#hidden.get(id) as Hidden | undefined;
    if (before === undefined || this.#markDeleting.run({ id }).changes === 0) return undefined;
    this.unfinished.move(before, "deleting");
    return before;
  }
}
