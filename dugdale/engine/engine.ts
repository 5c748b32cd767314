import type { MissionId } from "../../protocol/names.ts";
import { type KillReason, KillSwitch } from "../run/kill.ts";
import type { Ending, MissionRow } from "../store/mission_row.ts";
import { doneLine, RUNNING_SEQ, runningLine } from "../store/mission_json.ts";
import { type RetryOptions, retryTransient } from "../store/retry_transient.ts";
import { type AdmittedRun, type Lane, Lanes } from "./lanes.ts";
import { missionFields } from "./mission_fields.ts";
import type { EngineParts } from "./parts.ts";
import { collect, forget, type RunEnd, runMission, tidy } from "./run.ts";

/** A mission between its pickup and the end of its finalization. */
export interface LiveRun {
  readonly row: MissionRow;
  readonly kill: KillSwitch;
  /** Of the steady clock. */
  readonly sinceMs: number;
  /** The process has ended, and its end is being written. */
  finishing: boolean;
  /** Settles once the row is done and the slot is free. */
  readonly ended: Promise<void>;
}

/** The end of a mission waits so long for the commit of another change, when one is to be expected. */
const SHARED_COMMIT_MS = 2;
/** A run that is older than this is not expected to end just now. */
const YOUNG_MS = 20;

/** Runs missions: the only writer of their state from pickup to done. */
export class Engine implements Disposable {
  readonly lanes: Lanes;
  readonly #parts: EngineParts;
  readonly #live = new Map<MissionId, LiveRun>();
  #idle: (() => void) | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.lanes = new Lanes(parts.store, parts.clock, parts.log, (row, lane) => this.#admit(row, lane));
  }

  /** The missions that are running now. */
  get live(): readonly LiveRun[] {
    return [...this.#live.values()];
  }

  /** Ends a running mission; undefined when it is not running here (any more). */
  kill(id: MissionId, reason: KillReason): LiveRun | undefined {
    const run = this.#live.get(id);
    return run !== undefined && run.kill.kill(reason) ? run : undefined;
  }

  /** A running mission, also while its output files are being collected. */
  find(id: MissionId): LiveRun | undefined {
    return this.#live.get(id);
  }

  /** Resolves once nothing is running; lanes must have been stopped before. */
  async idle(): Promise<void> {
    if (this.#live.size > 0) await new Promise<void>((resolve) => this.#idle = resolve);
  }

  /** Settles a mission that never ran: tells followers, counts it, logs it. */
  announce(row: MissionRow): void {
    const { store, followers, log, onDone } = this.#parts;
    followers.publish(row.id, row.done_seq ?? 0, () => doneLine(row, store.missions.files(row.id)), true);
    // What never had a process has not run for any time, however long it took to find that out.
    const durationMs = row.pid ? (row.time_finished ?? 0) - (row.time_started ?? row.time_finished ?? 0) : 0;
    const { kind, lane, outcome } = row;
    const failure = outcome === "success" ? {} : {
      fail_reason: row.fail_reason ?? undefined,
      fail_message: row.fail_message?.slice(0, 512),
      exit_code: row.exit_code,
      signal: row.signal ?? undefined,
    };
    log.info("mission", {
      phase: "finished",
      ...missionFields(row),
      outcome,
      duration_ms: durationMs,
      ...failure,
    });
    onDone({ kind, lane, outcome: outcome ?? "", durationMs });
  }

  /**
   * Finishes a run whose process has ended: collects its output files and makes the row done.
   *
   * @param lane Gets the run's slot back in the same transaction.
   */
  async finalize(row: MissionRow, end: RunEnd, lane?: Lane): Promise<void> {
    const { store, clock, log, followers } = this.#parts;
    const facts = { op: "finalize", mission_id: row.mission_id };
    const patience: RetryOptions = {
      onRetry: (err) => log.warn("the end of a mission is written again", { ...facts, err }),
      // A disk may be full for hours. Who gives up leaves a mission that runs for its followers until the next start.
      shouldContinue: () => lane !== undefined && !this.lanes.stopped,
    };
    const { start } = end;
    if (end.outputs.length > 0) {
      const text = JSON.stringify(end);
      const note = (): void => {
        if (start !== undefined) store.missions.start(row.id, start.pid, 0, start.startedMs);
        store.missions.noteEnding(row.id, text);
      };
      await retryTransient(() => store.write(note), patience);
      if (start !== undefined) {
        followers.publish(row.id, RUNNING_SEQ, () => runningLine(start.pid, start.startedMs));
      }
    }
    const { ending, files } = await collect(row, end, this.#parts);
    const finish = (): MissionRow | undefined => {
      const nowMs = clock.wallMs();
      const done = store.missions.finish(row.id, "running", ending, nowMs, start);
      if (done !== undefined) { for (const file of files) store.staging.addOutput(row.id, file, nowMs); }
      return done;
    };
    const run = this.#live.get(row.mission_id);
    if (run !== undefined) run.finishing = true;
    const delayMs = this.#othersEndSoon() ? SHARED_COMMIT_MS : 0;
    const done = await retryTransient(() => this.lanes.writeAndPick(lane, finish, 1, delayMs), patience);
    if (done === undefined) forget(files, this.#parts);
    else this.announce(done);
    tidy(row, files.map((file) => file.role), this.#parts);
  }

  [Symbol.dispose](): void {
    this.lanes[Symbol.dispose]();
  }

  #othersEndSoon(): boolean {
    const young = this.#parts.clock.steadyMs() - YOUNG_MS;
    return this.#live.values().some((run) => run.sinceMs > young && !run.finishing);
  }

  /** From here on the mission can be killed, although its process is still to come. */
  #admit(row: MissionRow, lane: Lane): AdmittedRun {
    const { log, config } = this.#parts;
    const onRefused = (err: unknown): void => {
      log.error("io_error", { op: "kill", mission_id: row.mission_id, err });
    };
    const kill = new KillSwitch(config.limits.defaultKillGraceMs, onRefused);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#live.set(row.mission_id, {
      row,
      kill,
      sinceMs: this.#parts.clock.steadyMs(),
      finishing: false,
      ended,
    });
    const leave = (): void => {
      this.#live.delete(row.mission_id);
      resolve();
      if (this.#live.size === 0) this.#idle?.();
    };
    return { start: () => void this.#run(row, kill, lane).finally(leave), withdraw: leave };
  }

  async #run(row: MissionRow, kill: KillSwitch, lane: Lane): Promise<void> {
    try {
      await this.finalize(row, await runMission(row, kill, this.#parts), lane);
    } catch (error) {
      // The row stays running and becomes lost at the next start: nobody can say any more how it ended.
      this.#parts.log.error("db_error", { op: "finalize", mission_id: row.mission_id, err: error });
      this.lanes.release(lane);
    } finally {
      kill[Symbol.dispose]();
    }
  }
}

/** The ending of a mission that is killed before it was ever started. */
export function killedInQueue(reason: "killed_by_api" | "lane_removed", lane: string): Ending {
  return {
    outcome: "killed",
    exitCode: 0,
    signal: null,
    failReason: reason,
    failMessage: reason === "lane_removed" ? `ended because lane "${lane}" was removed` : "ended on request",
    failDetails: null,
    returnValue: null,
    progressDropped: 0,
    truncatedStdout: false,
    truncatedStderr: false,
  };
}
