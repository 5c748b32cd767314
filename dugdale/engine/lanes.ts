import { setImmediate } from "node:timers";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { LaneSettings } from "../../protocol/lane.ts";
import type { Shortage } from "../host/spawn.ts";
import type { NewMission, QueuedMission, RunningMission } from "../store/mission_row.ts";
import type { AttemptEnd } from "../store/missions.ts";
import type { AppliedState } from "../store/applied.ts";
import { type LaneRules, laneRules } from "./lane_rules.ts";
import type { EngineParts } from "./parts.ts";

/** A lane that starts missions. */
export class Lane {
  /** A forced prune is removing it: it starts nothing, and dispatches are rejected. */
  removing = false;
  /** Missions from their pickup to the end of their finalization. */
  inFlight = 0;
  /** Its queue is empty: the last pickup found fewer missions than slots, and none were added since. */
  empty = false;
  /** A pickup is scheduled. */
  waking = false;
  /** The resource that was missing to start a process; a single mission is then tried periodically. */
  shortage: Shortage | undefined;
  /** It is time to check whether the shortage is over. */
  probing = false;
  /** When the next mission becomes due that waits for a time or for the rate of the lane, in Unix milliseconds. */
  nextDueMs: number = Infinity;
  /** What waits in it may wait for a token of its rate. */
  throttled = false;

  /** Rules from its options. */
  rules: LaneRules;
  #options: string;

  /** `settings` and `options` as applied. */
  constructor(readonly name: string, public settings: LaneSettings, options: LaneOptions = {}) {
    this.rules = laneRules(options);
    this.#options = JSON.stringify(options);
  }

  /** Sets the options; unchanged options keep the lane's counters. */
  setOptions(options: LaneOptions = {}): void {
    const text = JSON.stringify(options);
    if (text === this.#options) return;
    this.#options = text;
    this.rules = laneRules(options);
    this.throttled = false;
  }

  /** Maximum number of missions running at the same time. */
  get concurrency(): number {
    return this.settings.concurrency;
  }

  /** Whether it starts nothing. */
  get paused(): boolean {
    return this.settings.paused ?? false;
  }
}

/** A mission picked up by a transaction that is not on disk yet. It can already be killed. */
export interface AdmittedRun {
  /** The pickup is on disk: runs the mission to its end. */
  start(): void;
  /** The pickup has failed: discards the run. */
  withdraw(): void;
}

/** Takes over a mission as soon as it counts as running. */
export type Admit = (row: RunningMission, lane: Lane) => AdmittedRun;

/** Operations of a change on its lane. */
export interface LaneTurn {
  /** Adds a mission: running if it can start immediately, otherwise queued. */
  enter(mission: NewMission): void;
  /** Puts a mission back into its queue for another attempt, unless it is no longer running. */
  again(from: RunningMission, attempt: AttemptEnd): QueuedMission | undefined;
  /** Makes a delayed mission due now. */
  makeDue(mission: QueuedMission): void;
  /** Puts a mission without a process back into its place in the queue. */
  putBack(row: RunningMission): void;
  /** Releases a slot. */
  release(): void;
}

/** Changes made by setting the lanes. */
export interface LaneChanges {
  readonly started: string[];
  readonly stopped: string[];
  readonly resized: string[];
}

/** Milliseconds before a failed pickup is retried; otherwise lanes wake only after changes. */
const RETRY_MS = 30_000;
/** Milliseconds before a lane that could not start a process tries again. */
const PROBE_MS = 1000;
/** Maximum timer, because the wall clock may be changed. */
const CLOCK_TRUST_MS = 1000;

/** The slots of the lanes. The queue decides which mission is next. */
export class Lanes implements Disposable {
  readonly #parts: Pick<EngineParts, "store" | "transitions" | "clock" | "log">;
  readonly #admit: Admit;
  readonly #lanes = new Map<string, Lane>();
  readonly #retries = new Set<Disposable>();
  /** Timer for the next mission to become due. */
  #alarm: Disposable | undefined;
  #stopped = false;

  /** @param admit Takes over a mission that is being picked up. */
  constructor(parts: Pick<EngineParts, "store" | "transitions" | "clock" | "log">, admit: Admit) {
    this.#parts = parts;
    this.#admit = admit;
  }

  /** All lanes, sorted by name. */
  list(): Lane[] {
    return [...this.#lanes.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  find(name: string): Lane | undefined {
    return this.#lanes.get(name);
  }

  /** Sets the lanes to those of the applied state. */
  set({ lanes, lane_options: options = {} }: Pick<AppliedState, "lanes" | "lane_options">): LaneChanges {
    const settings = lanes ?? {};
    const changes: LaneChanges = { started: [], stopped: [], resized: [] };
    for (const name of this.#lanes.keys()) {
      if (Object.hasOwn(settings, name)) continue;
      this.remove(name);
      changes.stopped.push(name);
    }
    for (const [name, own] of Object.entries(settings)) {
      const lane = this.#lanes.get(name);
      if (lane === undefined) {
        this.#lanes.set(name, new Lane(name, own, options[name]));
        changes.started.push(name);
      } else {
        if (lane.concurrency !== own.concurrency) changes.resized.push(name);
        lane.settings = own;
        lane.setOptions(options[name]);
      }
      this.wake(name);
    }
    return changes;
  }

  /** Removes a lane. Its running missions continue; its slots are gone. */
  remove(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.removing = true;
    this.#lanes.delete(name);
  }

  /** A process cannot be started for lack of a resource: the lane waits, and tries a single mission periodically. */
  wait(lane: Lane, shortage: Shortage): void {
    const known = lane.shortage !== undefined;
    if (!known) this.#parts.log.warn("lane waits", { lane: lane.name, waits_for: shortage });
    lane.shortage = shortage;
    if (!lane.probing && known) return;
    lane.probing = false;
    this.#wakeAfter(lane, PROBE_MS, () => lane.probing = lane.shortage !== undefined);
  }

  /** A process of the lane was started. */
  started(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane?.probing === true) this.#goOn(lane);
  }

  /** Starts nothing more, whatever is applied or continued later. */
  stop(): void {
    this.#stopped = true;
  }

  /** Whether nothing more is started, because the dugdale drains. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Looks for missions that can start. */
  wake(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.empty = false;
    if (lane.waking || this.#free(lane) <= 0) return;
    lane.waking = true;
    this.write(lane, () => void (lane.waking = false)).catch((error) => {
      this.#parts.log.error("db_error", { op: "pickup", lane: name, err: error });
      lane.waking = false;
      this.#wakeAfter(lane, RETRY_MS);
    });
  }

  /**
   * Makes a change and, in the same transaction, picks up missions that can start after it, so that both need one
   * fsync.
   *
   * @param lane Undefined for a removed lane: its missions only queue.
   * @param delayMs See {@linkcode Store.write}.
   */
  async write<T>(lane: Lane | undefined, change: (turn: LaneTurn) => T, delayMs = 0): Promise<T> {
    const { transitions, store, clock } = this.#parts;
    const runs: AdmittedRun[] = [];
    const dueMs = lane?.nextDueMs;
    let released = 0;
    const pick = (row: RunningMission, lane: Lane): void => {
      runs.push(this.#admit(row, lane));
      lane.inFlight++;
    };
    const turn: LaneTurn = {
      enter: (mission) => {
        if (lane !== undefined && this.#startsAtOnce(lane, mission)) {
          return pick(transitions.enterRunning(mission), lane);
        }
        transitions.enter(mission);
        if (lane !== undefined) lane.empty = false;
      },
      again: (from, attempt) => {
        if (lane !== undefined) lane.empty = false;
        return transitions.again(from, attempt);
      },
      makeDue: (mission) => {
        if (lane !== undefined) lane.empty = false;
        store.missions.queue.makeDue(mission, clock.wallMs());
      },
      putBack: (row) => {
        if (lane !== undefined) lane.empty = false;
        transitions.putBack(row);
      },
      release: () => {
        if (lane === undefined) return;
        released++;
        this.#giveBack(lane);
      },
    };
    try {
      const result = await transitions.write(() => {
        const own = change(turn);
        if (lane !== undefined) { for (const row of this.#next(lane)) pick(row, lane); }
        return own;
      }, delayMs);
      // Starting a process takes longer than a response: callers of the change are answered first.
      if (runs.length > 0) setImmediate(() => runs.forEach((run) => run.start()));
      return result;
    } catch (error) {
      for (const run of runs) run.withdraw();
      if (lane !== undefined) {
        lane.inFlight += released - runs.length;
        lane.empty = false;
        lane.nextDueMs = dueMs ?? Infinity;
        this.#setAlarm();
      }
      store.missions.queue.forget();
      throw error;
    }
  }

  /** Releases a slot. */
  release(lane: Lane): void {
    this.#giveBack(lane);
    this.wake(lane.name);
  }

  [Symbol.dispose](): void {
    this.stop();
    this.#alarm?.[Symbol.dispose]();
    for (const retry of this.#retries) retry[Symbol.dispose]();
  }

  #giveBack(lane: Lane): void {
    lane.inFlight--;
    // The end of a mission may be what another one with its key waits for.
    if (lane.rules.limits !== undefined) lane.empty = false;
  }

  #free(lane: Lane): number {
    const closed = this.#stopped || lane.paused || lane.removing;
    if (closed) return 0;
    const free = lane.concurrency - lane.inFlight;
    if (lane.shortage === undefined) return free;
    return lane.probing ? Math.min(free, 1) : 0;
  }

  /** A mission need not be queued if no other mission waits, or has just become due, before it. */
  #startsAtOnce(lane: Lane, { runAtMs, key }: NewMission): boolean {
    const claimed = runAtMs !== null || key !== null || lane.rules.limits !== undefined;
    if (!lane.empty || claimed || this.#free(lane) <= 0) return false;
    return this.#parts.store.missions.queue.nextDueMs(lane.name) > this.#parts.clock.wallMs();
  }

  /** Claims the missions that can start now. */
  #next(lane: Lane): readonly RunningMission[] {
    const free = this.#free(lane);
    if (lane.empty || free <= 0) return [];
    const { missions, nextDueMs, throttled } = this.#parts.transitions.claim(
      lane.name,
      free,
      this.#parts.clock.wallMs(),
      lane.rules,
    );
    lane.empty = missions.length < free;
    lane.throttled = throttled;
    if (missions.length === 0 && lane.probing) this.#goOn(lane);
    if (nextDueMs !== lane.nextDueMs) {
      lane.nextDueMs = nextDueMs;
      this.#setAlarm();
    }
    return missions;
  }

  #setAlarm(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
    const { clock } = this.#parts;
    const dueMs = Math.min(...this.#lanes.values().map((lane) => lane.nextDueMs));
    if (this.#stopped || dueMs === Infinity) return;
    const waitMs = Math.min(Math.max(0, dueMs - clock.wallMs()), CLOCK_TRUST_MS);
    this.#alarm = clock.after(waitMs, () => {
      const nowMs = clock.wallMs();
      for (const lane of this.#lanes.values()) {
        if (lane.nextDueMs > nowMs) continue;
        // A lane without a free slot reads it again when it gets one.
        lane.nextDueMs = Infinity;
        this.wake(lane.name);
      }
      this.#setAlarm();
    });
  }

  #goOn(lane: Lane): void {
    this.#parts.log.info("lane goes on", { lane: lane.name, waited_for: lane.shortage });
    lane.shortage = undefined;
    lane.probing = false;
    this.wake(lane.name);
  }

  #wakeAfter(lane: Lane, ms: number, before: () => void = () => {}): void {
    if (this.#stopped) return;
    const retry = this.#parts.clock.after(ms, () => {
      this.#retries.delete(retry);
      before();
      this.wake(lane.name);
    });
    this.#retries.add(retry);
  }
}
