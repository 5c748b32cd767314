import type { MissionId } from "../../protocol/names.ts";
import { type KillReason, KillSwitch } from "../run/kill.ts";
import type { RetryRule } from "../../protocol/retry.ts";
import { nextStep } from "../run/next_step.ts";
import type { DoneMission, QueuedMission, RunningMission } from "../store/mission_row.ts";
import { retentionTtls } from "../staging/expiry.ts";
import { type RetryOptions, retryTransient } from "../store/retry_transient.ts";
import { type AdmittedRun, type Lane, Lanes, type LaneTurn } from "./lanes.ts";
import type { EngineParts } from "./parts.ts";
import { capturedBytes, collect, forget, type RunEnd, runPickedUp, ShortageError, tidy } from "./run.ts";

/** A mission between its pickup and the end of its finalization. */
export interface LiveRun {
  readonly row: RunningMission;
  readonly kill: KillSwitch;
  /** By the steady clock. */
  readonly sinceMs: number;
  /** The process has ended, and its end is being written. */
  finishing: boolean;
  /** A kill arrived after its process had ended: there is no further attempt. */
  endsHere: boolean;
  /** Resolves once the row is done and the slot is free. */
  readonly ended: Promise<void>;
}

/** How long the end of a mission may wait for another commit, if one is expected. */
const SHARED_COMMIT_MS = 2;
/** An older run is not expected to end at any moment. */
const YOUNG_MS = 20;
/** A shutdown waits no longer for the removal of temporary files; they go with their missions then. */
const TIDY_MS = 1000;
/** Maximum number of files whose expiry is set with the end of a mission; the staging sweep handles the rest. */
const SETTLE_MAX = 1000;

/** Runs missions, from their pickup to the end of their finalization. */
export class Engine implements Disposable {
  readonly lanes: Lanes;
  readonly #parts: EngineParts;
  readonly #live = new Map<MissionId, LiveRun>();
  #idle: (() => void) | undefined;
  /** Removals of what ended runs have left behind. */
  readonly #tidying = new Set<Promise<void>>();
  readonly #stopTidying = new AbortController();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.lanes = new Lanes(parts, (row, lane) => this.#admit(timed(row, lane), lane));
    parts.transitions.listen((transition) => {
      if (transition.change === "started") this.lanes.started(transition.mission.lane);
      if (transition.change === "done" || transition.change === "deleting") this.#freeKey(transition.mission);
    });
  }

  /** The running missions. */
  get live(): readonly LiveRun[] {
    return [...this.#live.values()];
  }

  /** Kills a running mission; undefined if it is not (or no longer) running here. */
  kill(id: MissionId, reason: KillReason): LiveRun | undefined {
    const run = this.#live.get(id);
    return run !== undefined && run.kill.kill(reason) ? run : undefined;
  }

  /** A running mission, including those whose output files are being collected. */
  find(id: MissionId): LiveRun | undefined {
    return this.#live.get(id);
  }

  /** Resolves once nothing is running; lanes must have been stopped before. What is not tidied soon stays as it is. */
  async idle(): Promise<void> {
    if (this.#live.size > 0) await new Promise<void>((resolve) => this.#idle = resolve);
    using _limit = this.#parts.clock.after(TIDY_MS, () => this.#stopTidying.abort());
    await Promise.all(this.#tidying);
  }

  /**
   * Finishes a run whose process has ended: collects its output files and makes the row done.
   *
   * @param here The lane, which gets the slot back in the same transaction, and the kill switch; absent for a run of an
   * earlier daemon.
   */
  async finalize(
    row: RunningMission,
    end: RunEnd,
    here: { readonly lane?: Lane; readonly kill?: KillSwitch } = {},
  ): Promise<void> {
    const { lane, kill } = here;
    const { store, clock, log, transitions, config } = this.#parts;
    const retry: RetryOptions = {
      clock,
      onRetry: (err) =>
        log.warn("retrying write of mission end", { op: "finalize", mission_id: row.mission_id, err }),
      // A disk may be full for hours. Without retries the mission would stay running for its followers until the next
      // start.
      shouldContinue: () => lane !== undefined && !this.lanes.stopped,
    };
    const { start } = end;
    if (end.outputs.length > 0) {
      const text = JSON.stringify(end);
      const note = (): void => {
        if (start !== undefined) transitions.recordStart(row, start, 0);
        store.missions.noteEnding(row.id, text);
      };
      await retryTransient(() => transitions.write(note), retry);
    }
    const { ending, files } = await collect(row, end, kill, this.#parts);
    const rule = this.#retryRule(row, lane);
    const captured = rule === undefined ? undefined : capturedBytes(row.mission_id, this.#parts);
    const run = this.#live.get(row.mission_id);
    const finish = (turn: LaneTurn): DoneMission | QueuedMission | undefined => {
      turn.release();
      const nowMs = clock.wallMs();
      const { mission_id, attempt } = row;
      const { outcome, failReason } = ending;
      const next = nextStep({ mission_id, attempt, outcome, failReason, retry: end.retry }, rule, nowMs);
      // A kill that came too late for the process was acknowledged all the same.
      const killed = run?.endsHere === true || (kill?.reason !== undefined && kill.reason !== "timeout");
      if (next.step === "again" && !killed) {
        return turn.again(row, { ending, nowMs, runAtMs: next.runAtMs, start, captured });
      }
      const done = transitions.finish(row, ending, nowMs, start);
      if (done === undefined || files.length === 0) return done;
      for (const file of files) store.staging.addOutput(row.id, file, nowMs);
      store.staging.retention.settle(retentionTtls(config), SETTLE_MAX);
      return done;
    };
    if (run !== undefined) run.finishing = true;
    const tookMs = run === undefined ? Infinity : clock.steadyMs() - run.sinceMs;
    // Another attempt may follow: the folder must not be tidied while that one makes its own in the same place.
    const mayRunAgain = rule !== undefined && ending.outcome !== "success";
    if (mayRunAgain) await tidy(row, { collected: [], tookMs }, this.#parts);
    const delayMs = this.#othersEndSoon() ? SHARED_COMMIT_MS : 0;
    const finished = await retryTransient(() => this.lanes.write(lane, finish, delayMs), retry);
    if (finished === undefined) forget(files, this.#parts);
    if (mayRunAgain) return;
    const collected = files.map((file) => file.role);
    const { signal } = this.#stopTidying;
    const tidied = tidy(row, { collected, tookMs, signal }, this.#parts);
    this.#tidying.add(tidied);
    void tidied.finally(() => this.#tidying.delete(tidied));
  }

  [Symbol.dispose](): void {
    this.lanes[Symbol.dispose]();
  }

  /** Missions waiting for a serial mission may start. */
  #freeKey(mission: Pick<DoneMission, "key" | "serial"> | undefined): void {
    if (mission?.serial !== 1 || mission.key === null) return;
    for (const lane of this.#parts.store.missions.keys.lanesWaiting(mission.key)) this.lanes.wake(lane);
  }

  #othersEndSoon(): boolean {
    const young = this.#parts.clock.steadyMs() - YOUNG_MS;
    return this.#live.values().some((run) => run.sinceMs > young && !run.finishing);
  }

  /** The retry rule of a mission: that of its dispatch, or that of its lane. */
  #retryRule(row: RunningMission, lane: Lane | undefined): RetryRule | undefined {
    const { store } = this.#parts;
    const own = store.missions.plan(row.id)?.retry;
    // Commands are not expected to be safe to run twice.
    if (own !== undefined || row.kind === "exec") return own;
    if (lane !== undefined) return lane.rules.retry;
    // For a run of an earlier daemon: the lanes do not exist yet.
    return store.applied.find()?.state.lane_options?.[row.lane]?.retry;
  }

  /** From here on the mission can be killed, although its process does not exist yet. */
  #admit(row: RunningMission, lane: Lane): AdmittedRun {
    const { clock, log, config } = this.#parts;
    const onRefused = (err: unknown): void => {
      log.error("io_error", { op: "kill", mission_id: row.mission_id, err });
    };
    const kill = new KillSwitch(
      clock,
      config.limits.defaultKillGraceMs,
      onRefused,
      lane.rules.leftovers,
    );
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    // The next attempt of a mission is picked up while the end of the previous one is being written.
    const before = this.#live.get(row.mission_id);
    const run = {
      row,
      kill,
      sinceMs: this.#parts.clock.steadyMs(),
      finishing: false,
      endsHere: false,
      ended,
    };
    this.#live.set(row.mission_id, run);
    const leave = (): void => {
      if (this.#live.get(row.mission_id) === run) this.#live.delete(row.mission_id);
      resolve();
      if (this.#live.size === 0) this.#idle?.();
    };
    const withdraw = (): void => {
      leave();
      if (before !== undefined) this.#live.set(row.mission_id, before);
    };
    return { start: () => void this.#run(row, kill, lane).finally(leave), withdraw };
  }

  async #run(row: RunningMission, kill: KillSwitch, lane: Lane): Promise<void> {
    try {
      const attempts = this.#retryRule(row, lane)?.attempts;
      const run = attempts === undefined ? row : { ...row, attempts };
      const end = await runPickedUp(run, kill, this.#parts).catch((error) => {
        if (error instanceof ShortageError) return error;
        throw error;
      });
      if (end instanceof ShortageError) await this.#putBack(row, kill, lane, end);
      else await this.finalize(row, end, { lane, kill });
    } catch (error) {
      // The row stays running and becomes lost at the next start, since its end is not on record.
      this.#parts.log.error("db_error", { op: "finalize", mission_id: row.mission_id, err: error });
      this.lanes.release(lane);
    } finally {
      kill[Symbol.dispose]();
    }
  }

  /** The mission waits in its old place until the lane can start a process. */
  async #putBack(
    row: RunningMission,
    kill: KillSwitch,
    lane: Lane,
    { shortage }: ShortageError,
  ): Promise<void> {
    const { clock, log, transitions, store } = this.#parts;
    this.lanes.wait(lane, shortage);
    await retryTransient(() =>
      this.lanes.write(lane, (turn) => {
        turn.release();
        turn.putBack(row);
      }), {
      clock,
      onRetry: (err) => log.warn("retrying write", { op: "put_back", mission_id: row.mission_id, err }),
      shouldContinue: () => !this.lanes.stopped,
    });
    // An earlier kill was acknowledged; a shutdown does not end a mission that can wait for the next start.
    const { reason } = kill;
    if (reason === undefined || reason === "dugdale_shutdown") return;
    await transitions.write(() => {
      const now = store.missions.find(row.mission_id);
      if (now?.status !== "queued") return;
      transitions.killQueued(now, reason === "lane_removed" ? reason : "killed_by_api", clock.wallMs());
    });
  }
}

/** A mission without a timeout of its own gets that of its lane at the start. */
function timed(row: RunningMission, { rules: { timeoutMs } }: Lane): RunningMission {
  return timeoutMs === null || (row.timeout_ms ?? 0) > 0 ? row : { ...row, timeout_ms: timeoutMs };
}
