import { setImmediate } from "node:timers";
import type { LaneSettings } from "../../protocol/lane.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import type { MissionRow, NewMission } from "../store/mission_row.ts";
import type { Store } from "../store/store.ts";

/** A lane that starts missions. */
export interface Lane {
  readonly name: string;
  concurrency: number;
  paused: boolean;
  /** A forced prune is taking it away: nothing is started, dispatches are refused. */
  removing: boolean;
  /** Missions from their pickup to the end of their finalization. */
  inFlight: number;
  /** Nobody waits in it: the last pickup has found too few, and nobody has come since. */
  empty: boolean;
  /** A pickup waits for its turn. */
  waking: boolean;
}

/** A mission that was picked up by a transaction which is not on disk yet. It can be killed already. */
export interface AdmittedRun {
  /** The pickup is on disk: runs the mission to the very end. */
  start(): void;
  /** The pickup has failed: forgets the run. */
  withdraw(): void;
}

/** Takes charge of a mission as soon as it counts as running. */
export type Admit = (row: MissionRow, lane: Lane) => AdmittedRun;

/** Adds a mission to a lane: as queued, or as running when it is its turn at once. */
export type Enter = (mission: NewMission) => void;

/** What changed when lanes were set. */
export interface LaneChanges {
  readonly started: string[];
  readonly stopped: string[];
  readonly resized: string[];
}

/** Pickups that fail are tried again after so long; otherwise lanes wake only when something has changed. */
const RETRY_MS = 30_000;

/** The lanes: who may start, and who is next. */
export class Lanes implements Disposable {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #admit: Admit;
  readonly #lanes = new Map<string, Lane>();
  readonly #retries = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;

  /** @param admit Takes charge of a mission that is being picked up. */
  constructor(store: Store, clock: Clock, log: Log, admit: Admit) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#admit = admit;
  }

  /** All lanes in the order of their names. */
  list(): Lane[] {
    return [...this.#lanes.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  find(name: string): Lane | undefined {
    return this.#lanes.get(name);
  }

  /** Makes the lanes be those of the settings. */
  set(settings: Readonly<Record<string, LaneSettings>>): LaneChanges {
    const changes: LaneChanges = { started: [], stopped: [], resized: [] };
    for (const name of this.#lanes.keys()) {
      if (Object.hasOwn(settings, name)) continue;
      this.remove(name);
      changes.stopped.push(name);
    }
    for (const [name, { concurrency, paused = false }] of Object.entries(settings)) {
      const lane = this.#lanes.get(name);
      if (lane === undefined) {
        const fresh = { removing: false, inFlight: 0, empty: false, waking: false };
        this.#lanes.set(name, { name, concurrency, paused, ...fresh });
        changes.started.push(name);
      } else {
        if (lane.concurrency !== concurrency) changes.resized.push(name);
        lane.concurrency = concurrency;
        lane.paused = paused;
      }
      this.wake(name);
    }
    return changes;
  }

  /** Takes a lane away. Its running missions go on; their slots are nobody's any more. */
  remove(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.removing = true;
    this.#lanes.delete(name);
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
    this.writeAndPick(lane, () => void (lane.waking = false)).catch((error) => {
      this.#log.error("db_error", { op: "pickup", lane: name, err: error });
      lane.waking = false;
      this.#retryLater(lane);
    });
  }

  /**
   * Makes a change and, in the same transaction, picks up what can start after it: one fsync for both.
   *
   * @param change Gets the way to add a mission to this lane.
   * @param releases Slots that the change gives back.
   * @param delayMs As of {@linkcode Store.write}.
   */
  async writeAndPick<T>(
    lane: Lane | undefined,
    change: (enter: Enter) => T,
    releases = 0,
    delayMs = 0,
  ): Promise<T> {
    const { missions } = this.#store;
    const runs: AdmittedRun[] = [];
    let released = 0;
    const pick = (row: MissionRow, lane: Lane): void => {
      runs.push(this.#admit(row, lane));
      lane.inFlight++;
    };
    const enter = (mission: NewMission): void => {
      if (lane?.empty && this.#free(lane) > 0) return pick(missions.insertRunning(mission), lane);
      missions.insert(mission);
      if (lane !== undefined) lane.empty = false;
    };
    try {
      const result = await this.#store.write(() => {
        const own = change(enter);
        if (lane === undefined) return own;
        released = releases;
        lane.inFlight -= released;
        const free = this.#free(lane);
        if (lane.empty || free <= 0) return own;
        const rows = missions.claim(lane.name, free, this.#clock.wallMs());
        for (const row of rows) pick(row, lane);
        lane.empty = rows.length < free;
        return own;
      }, delayMs);
      // A start takes longer than to answer: whoever waits for the change hears of it first.
      if (runs.length > 0) setImmediate(() => runs.forEach((run) => run.start()));
      return result;
    } catch (error) {
      for (const run of runs) run.withdraw();
      if (lane !== undefined) {
        lane.inFlight += released - runs.length;
        lane.empty = false;
      }
      throw error;
    }
  }

  /** Gives a slot back. */
  release(lane: Lane): void {
    lane.inFlight--;
    this.wake(lane.name);
  }

  [Symbol.dispose](): void {
    this.stop();
    for (const timer of this.#retries) clearTimeout(timer);
  }

  #free(lane: Lane): number {
    const closed = this.#stopped || lane.paused || lane.removing;
    return closed ? 0 : lane.concurrency - lane.inFlight;
  }

  #retryLater(lane: Lane): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.wake(lane.name);
    }, RETRY_MS);
    this.#retries.add(timer);
  }
}
