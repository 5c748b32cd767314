import { quote } from "../../protocol/clip.ts";
import type { ApplyBody, ApplyDiff, ApplyReply } from "../../protocol/lane.ts";
import { ProblemError } from "../problem_error.ts";
import { nextTurn } from "../host/clock.ts";
import type { Applied, AppliedState } from "../store/applied.ts";
import { isDatabaseError } from "../store/database_error.ts";
import {
  type ApplyOptions,
  assertInactive,
  continued,
  desiredState,
  difference,
  NOTHING_APPLIED,
  orNull,
  pausedBy,
} from "./desired_state.ts";
import type { Engine } from "./engine.ts";
import type { EngineParts } from "./parts.ts";

/** Maximum number of queued missions of a removed lane killed in one transaction. */
const KILL_BATCH = 20;

/** Other things applied in the same transaction. */
export interface Alongside {
  /** Called before anything changes. @throws {ProblemError} When it is incompatible with the lanes. */
  assertFits(after: AppliedState): void;
  /** Called within the transaction. */
  write(after: AppliedState, prune: boolean, diff: ApplyDiff): void;
}

/** The refusal of an unknown name. */
export function noLane(name: string): ProblemError {
  return new ProblemError("lane_not_found", `there is no lane ${quote(name)}`);
}

/** The applied configuration: the lanes, and how missions are found and started. */
export class AppliedConfig {
  readonly #parts: EngineParts;
  readonly #engine: Engine;
  #current: Applied | undefined;
  #runtimeId: number | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: EngineParts, engine: Engine) {
    this.#parts = parts;
    this.#engine = engine;
  }

  /** The most recently applied configuration; undefined before the first apply. */
  get current(): Applied | undefined {
    return this.#current;
  }

  /** The row of `runtimes` for new missions. Must be called within a change of the store. */
  runtimeId(): number {
    return this.#runtimeId ?? this.#parts.store.applied.runtimeId(this.#current?.state ?? NOTHING_APPLIED);
  }

  /** Starts the lanes of the last apply. @throws {AppliedStateError} When the state cannot be read. */
  replay(): void {
    const { applied } = this.#parts.store;
    this.#current = applied.find();
    this.#runtimeId = this.#current && applied.findRuntime(this.#current.state);
    this.#engine.lanes.set(this.#current?.state ?? NOTHING_APPLIED);
  }

  /** Applies a state. Applies, pauses and continues run one after the other. */
  apply(body: ApplyBody, options: ApplyOptions, alongside?: Alongside): Promise<ApplyReply> {
    return this.#inTurn(() => this.#apply(body, options, alongside));
  }

  /** Stops a lane from starting missions, until it is continued by hand. @param within Called in its transaction. */
  pause(name: string, within?: () => void): Promise<void> {
    return this.#inTurn(() => this.#setPaused(name, true, within));
  }

  /** Lets a lane start missions again, by whatever it was paused. @param within Called in its transaction. */
  continue(name: string, within?: () => void): Promise<void> {
    return this.#inTurn(() => this.#setPaused(name, false, within));
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(action).catch((cause) => {
      if (!isDatabaseError(cause)) throw cause;
      throw new ProblemError("internal", "the configuration could not be stored", { cause });
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #apply(body: ApplyBody, options: ApplyOptions, alongside?: Alongside): Promise<ApplyReply> {
    const before = this.#current?.state ?? NOTHING_APPLIED;
    const prune = options.prune || options.forcePrune;
    const after = desiredState(before, body, prune);
    const diff = difference(before, after);
    const busy = new Set(this.#parts.store.missions.unfinished.list().map((count) => count.lane));
    assertInactive(diff, busy, options);
    alongside?.assertFits(after);
    const removed = diff.LanesRemoved ?? [];
    try {
      if (options.forcePrune) await this.#empty(removed);
      await this.#save((nowMs) => {
        this.#parts.store.applied.save(after, "", nowMs);
        alongside?.write(after, prune, diff);
      });
    } catch (error) {
      // A lane must not stay half removed: it is still part of the applied state, so it is restored.
      if (options.forcePrune) { for (const name of removed) this.#setRemoving(name, false); }
      throw error;
    }
    const { started, stopped, resized } = this.#engine.lanes.set(after);
    return { diff, started: orNull(started), stopped: orNull(stopped), resized: orNull(resized) };
  }

  /** Kills all missions in removed lanes. Running missions are not waited for. */
  async #empty(names: readonly string[]): Promise<void> {
    const { store, clock, transitions } = this.#parts;
    const killSome = (lane: string): number => {
      const rows = store.missions.queue.queuedIn(lane, KILL_BATCH);
      for (const row of rows) transitions.killQueued(row, "lane_removed", clock.wallMs());
      return rows.length;
    };
    for (const name of names) this.#setRemoving(name, true);
    for (const name of names) {
      while (await transitions.write(() => killSome(name)) > 0) await nextTurn();
      for (const run of this.#engine.live) {
        if (run.row.lane === name) run.kill.kill("lane_removed");
      }
    }
  }

  #setRemoving(name: string, removing: boolean): void {
    const lane = this.#engine.lanes.find(name);
    if (lane !== undefined) lane.removing = removing;
    if (!removing) this.#engine.lanes.wake(name);
  }

  async #setPaused(name: string, paused: boolean, within?: () => void): Promise<void> {
    const current = this.#current;
    const settings = current?.state.lanes?.[name];
    const lane = this.#engine.lanes.find(name);
    if (current === undefined || settings === undefined || lane === undefined) {
      throw noLane(name);
    }
    const changed = paused ? pausedBy(settings, "ctl") : continued(settings);
    const state = { ...current.state, lanes: { ...current.state.lanes, [name]: changed } };
    const was = lane.settings;
    lane.settings = changed;
    try {
      await this.#save(() => {
        this.#parts.store.applied.update(state);
        within?.();
      });
    } catch (error) {
      lane.settings = was;
      throw error;
    }
    if (!paused) this.#engine.lanes.wake(name);
  }

  async #save(write: (nowMs: number) => void): Promise<void> {
    const { store, clock } = this.#parts;
    const saved = await store.write(() => {
      write(clock.wallMs());
      const current = store.applied.find();
      return { current, runtimeId: current && store.applied.runtimeId(current.state) };
    });
    // Both together, and only now: dispatches in the same transaction still use the old ones.
    this.#current = saved.current;
    this.#runtimeId = saved.runtimeId;
  }
}
