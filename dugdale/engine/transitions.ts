import type { MissionKind, OutcomeKind } from "../../protocol/mission.ts";
import type { Log } from "../host/log.ts";
import { hadProcess, type ProcessStart } from "../store/mission_json.ts";
import type { AttemptEnd, Hidden } from "../store/missions.ts";
import type { DoneMission, Ending, NewMission, QueuedMission, RunningMission } from "../store/mission_row.ts";
import type { Claimed, ClaimRules } from "../store/queue.ts";
import type { Store } from "../store/store.ts";

/** A change of a mission. */
export type Transition =
  /** It has entered its lane; it may already be running. */
  | { readonly change: "queued"; readonly mission: NewMission }
  /** Its process runs. Published immediately, before it is on record: it cannot be undone. */
  | { readonly change: "started"; readonly mission: RunningMission; readonly start: ProcessStart }
  /** The start is on record. Omitted when the end is recorded together with it. */
  | { readonly change: "running"; readonly mission: RunningMission; readonly start: ProcessStart }
  /** An attempt has ended, and the mission waits for the next one. */
  | {
    readonly change: "again";
    readonly mission: QueuedMission;
    readonly from: RunningMission;
    readonly attempt: AttemptEnd;
  }
  | {
    readonly change: "done";
    readonly mission: DoneMission;
    /** Of a process whose start is recorded with its end. */
    readonly start?: ProcessStart | undefined;
  }
  /** It is no longer visible. The mission is absent if it ended long ago. */
  | { readonly change: "deleting"; readonly id: number; readonly mission?: Hidden };

/** Called with each transition, in order. */
export type TransitionListener = (transition: Transition) => void;

/**
 * The only writer of the status of missions. Every change of a status is a method called within {@linkcode write};
 * after the commit the listeners are called, one after the other.
 */
export class Transitions {
  readonly #store: Store;
  readonly #log: Log;
  readonly #listeners: TransitionListener[] = [];
  readonly #onEnd: ((mission: DoneMission) => void)[] = [];
  readonly #within: TransitionListener[] = [];
  /** Of the current change. */
  #made: Transition[] | undefined;

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Adds a listener. If one throws, the error is logged and the others are still called. */
  listen(listener: TransitionListener): void {
    this.#listeners.push(listener);
  }

  /** Adds a function that runs in the transaction of a mission's end. An exception undoes the end. */
  onEnd(action: (mission: DoneMission) => void): void {
    this.#onEnd.push(action);
  }

  /**
   * Adds what is done in the transaction of each change, after all else of it: what it throws undoes the change. It is
   * not called with `started`.
   */
  within(listener: TransitionListener): void {
    this.#within.push(listener);
  }

  /**
   * Makes a change and resolves with its result once it is on disk.
   *
   * @param delayMs See {@linkcode Store.write}.
   */
  write<T>(change: () => T, delayMs = 0): Promise<T> {
    return this.#told(this.#store.write(() => this.#collect(change), delayMs));
  }

  /** As {@linkcode write}, but resolves once a crash of the process cannot undo it; a power failure may. */
  writeSoon<T>(change: () => T): Promise<T> {
    return this.#told(this.#store.writeSoon(() => this.#collect(change)));
  }

  /** Adds a queued mission. */
  enter(mission: NewMission): void {
    this.#store.missions.insert(mission);
    this.#note({ change: "queued", mission });
  }

  /** Adds a mission that runs immediately. */
  enterRunning(mission: NewMission): RunningMission {
    const row = this.#store.missions.insertRunning(mission);
    this.#note({ change: "queued", mission });
    return row;
  }

  /** Claims the next missions of a lane, at most `limit`. */
  claim(lane: string, limit: number, nowMs: number, rules?: ClaimRules): Claimed {
    return this.#store.missions.queue.claim(lane, limit, nowMs, rules);
  }

  /** Publishes that a process runs. Called outside of changes, and before {@linkcode recordStart}. */
  started(mission: RunningMission, start: ProcessStart): void {
    this.#tell([{ change: "started", mission, start }]);
  }

  /**
   * Records the process of a running mission. @param processStart Distinguishes it from a later process with the same
   * pid.
   */
  recordStart(mission: RunningMission, start: ProcessStart, processStart: number): void {
    this.#store.missions.start(mission.id, start.pid, processStart, start.startedMs);
    this.#note({ change: "running", mission, start });
  }

  /**
   * Makes a mission done, unless its status has changed.
   *
   * @param start Of a process whose start was not recorded before.
   */
  finish(
    mission: QueuedMission | RunningMission,
    ending: Ending,
    nowMs: number,
    start?: ProcessStart,
  ): DoneMission | undefined {
    const done = this.#store.missions.finish(mission, ending, nowMs, start);
    if (done === undefined) return undefined;
    this.#note({ change: "done", mission: done, start });
    for (const action of this.#onEnd) action(done);
    return done;
  }

  /** Makes a queued mission done, unless it has left its queue. */
  killQueued(
    mission: QueuedMission,
    reason: "killed_by_api" | "lane_removed",
    nowMs: number,
  ): DoneMission | undefined {
    return this.finish(mission, killedInQueue(reason, mission.lane), nowMs);
  }

  /** Undoes a {@linkcode claim}: the mission had no process, nothing was published, and no attempt is spent. */
  putBack(mission: RunningMission): void {
    this.#store.missions.putBack(mission);
  }

  /** Ends an attempt and puts the mission back into its queue, unless it is no longer running. */
  again(from: RunningMission, attempt: AttemptEnd): QueuedMission | undefined {
    const mission = this.#store.missions.requeue(from, attempt);
    if (mission !== undefined) this.#note({ change: "again", mission, from, attempt });
    return mission;
  }

  /** Hides a queued or done mission until the next sweep removes it; false in another state. */
  hide(id: number): boolean {
    const mission = this.#store.missions.markDeleting(id);
    if (mission !== undefined) this.#note({ change: "deleting", id, mission });
    return mission !== undefined;
  }

  /** Hides missions with that outcome that ended before a time, the oldest first; returns their number. */
  hideEnded(kind: MissionKind, outcome: OutcomeKind, beforeMs: number, limit: number): number {
    const ids = this.#store.missions.retention.hide(kind, outcome, beforeMs, limit);
    for (const id of ids) this.#note({ change: "deleting", id });
    return ids.length;
  }

  #collect<T>(change: () => T): { readonly result: T; readonly made: readonly Transition[] } {
    const made: Transition[] = this.#made = [];
    try {
      const result = change();
      for (const listener of this.#within) for (const transition of made) listener(transition);
      return { result, made };
    } finally {
      this.#made = undefined;
    }
  }

  async #told<T>(written: Promise<{ readonly result: T; readonly made: readonly Transition[] }>): Promise<T> {
    const { result, made } = await written;
    this.#tell(made);
    return result;
  }

  #note(transition: Transition): void {
    if (this.#made === undefined) throw new TypeError("a status changes only within Transitions.write()");
    this.#made.push(transition);
  }

  #tell(made: readonly Transition[]): void {
    for (const transition of made) {
      for (const listener of this.#listeners) {
        try {
          listener(transition);
        } catch (err) {
          this.#log.error("listener failed", { change: transition.change, err });
        }
      }
    }
  }
}

/** Run time of a mission, in milliseconds: 0 without a process. */
export function ranMs(mission: DoneMission): number {
  const { time_started: startedMs, time_finished: finishedMs } = mission;
  return hadProcess(mission) && startedMs !== null ? finishedMs - startedMs : 0;
}

function killedInQueue(reason: "killed_by_api" | "lane_removed", lane: string): Ending {
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
