import type { ApplyBody, ApplyDiff, ApplyReply, LaneSettings, RuntimeSettings } from "../../protocol/lane.ts";
import { ProblemError } from "../problem_error.ts";
import type { Applied, AppliedState } from "../store/applied.ts";
import { isDatabaseError } from "../store/database_error.ts";
import type { MissionRow } from "../store/mission_row.ts";
import { type Engine, killedInQueue } from "./engine.ts";
import type { EngineParts } from "./parts.ts";

/** How far an apply may go. */
export interface ApplyOptions {
  /** Change runtime or mission directory although missions are unfinished. */
  readonly force: boolean;
  /** Remove lanes that are not named. */
  readonly prune: boolean;
  /** Remove them although they have unfinished missions, which are killed. */
  readonly forcePrune: boolean;
}

const EMPTY: AppliedState = { mission_dir: "", labels: null, lanes: {}, runtime: {} };
/** Queued missions of a removed lane are killed in transactions of so many. */
const KILL_BATCH = 200;

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

  /** What the last apply left; undefined before the first one. */
  get current(): Applied | undefined {
    return this.#current;
  }

  /** The row of `runtimes` that new missions get. Must be called within a change of the store. */
  runtimeId(): number {
    return this.#runtimeId ?? this.#parts.store.applied.runtimeId(this.#current?.state ?? EMPTY);
  }

  /** Starts the lanes that the last apply left. @throws {AppliedStateError} When they cannot be read. */
  replay(): void {
    const { applied } = this.#parts.store;
    this.#current = applied.find();
    this.#runtimeId = this.#current && applied.findRuntime(this.#current.state);
    this.#engine.lanes.set(this.#current?.state.lanes ?? {});
  }

  /** Makes the given state the applied one. Applies, pauses and continues happen one after the other. */
  apply(body: ApplyBody, options: ApplyOptions): Promise<ApplyReply> {
    return this.#inTurn(() => this.#apply(body, options));
  }

  /** Stops a lane from starting missions, until it is continued by hand. */
  pause(name: string): Promise<void> {
    return this.#inTurn(() => this.#setPaused(name, true));
  }

  /** Lets a lane start missions again, whoever paused it. */
  continue(name: string): Promise<void> {
    return this.#inTurn(() => this.#setPaused(name, false));
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(action).catch((cause) => {
      if (!isDatabaseError(cause)) throw cause;
      throw new ProblemError("internal", "the configuration could not be stored", { cause });
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #apply(body: ApplyBody, options: ApplyOptions): Promise<ApplyReply> {
    const before = this.#current?.state ?? EMPTY;
    const prune = options.prune || options.forcePrune;
    const after = desiredState(before, body, prune);
    const diff = difference(before, after);
    this.#refuseActive(diff, options);
    const removed = diff.LanesRemoved ?? [];
    try {
      if (options.forcePrune) await this.#empty(removed);
      await this.#save((nowMs) => this.#parts.store.applied.save(after, "", nowMs));
    } catch (error) {
      // A lane must not stay half removed: what is applied still has it, so it works as before.
      if (options.forcePrune) { for (const name of removed) this.#setRemoving(name, false); }
      throw error;
    }
    const { started, stopped, resized } = this.#engine.lanes.set(after.lanes ?? {});
    return { diff, started: orNull(started), stopped: orNull(stopped), resized: orNull(resized) };
  }

  #refuseActive(diff: ApplyDiff, options: ApplyOptions): void {
    const busy = new Set(this.#parts.store.missions.unfinished().map((count) => count.lane));
    if ((diff.RuntimeChanged || diff.MissionDirChanged) && busy.size > 0 && !options.force) {
      throw new ProblemError(
        "conflict",
        "runtime or mission directory would change while missions are queued or running; apply with force to do it all the same",
        { details: { reason: "runtime_or_mission_dir_changed_with_active_missions" } },
      );
    }
    const blocked = (diff.LanesRemoved ?? []).filter((name) => busy.has(name)).sort();
    if (blocked.length > 0 && !options.forcePrune) {
      throw new ProblemError(
        "conflict",
        `lanes with queued or running missions would be removed: ${
          blocked.join(", ")
        }; apply with force_prune to kill these`,
        { details: { reason: "lanes_with_active_missions", blocked_lanes: blocked } },
      );
    }
  }

  /** Kills everything in lanes that go away. Running missions are not waited for. */
  async #empty(names: readonly string[]): Promise<void> {
    const { store, clock } = this.#parts;
    for (const name of names) this.#setRemoving(name, true);
    for (const name of names) {
      for (let killed: MissionRow[]; (killed = await store.write(() => killQueued(name))).length > 0;) {
        for (const row of killed) this.#engine.announce(row);
      }
      for (const run of this.#engine.live) {
        if (run.row.lane === name) run.kill.kill("lane_removed");
      }
    }
    function killQueued(lane: string): MissionRow[] {
      const ending = killedInQueue("lane_removed", lane);
      return store.missions.queuedIn(lane, KILL_BATCH)
        .map((row) => store.missions.finish(row.id, "queued", ending, clock.wallMs()))
        .filter((row) => row !== undefined);
    }
  }

  #setRemoving(name: string, removing: boolean): void {
    const lane = this.#engine.lanes.find(name);
    if (lane !== undefined) lane.removing = removing;
    if (!removing) this.#engine.lanes.wake(name);
  }

  async #setPaused(name: string, paused: boolean): Promise<void> {
    const current = this.#current;
    const settings = current?.state.lanes?.[name];
    const lane = this.#engine.lanes.find(name);
    if (current === undefined || settings === undefined || lane === undefined) {
      throw new ProblemError("lane_not_found", `there is no lane ${JSON.stringify(name.slice(0, 64))}`);
    }
    const { concurrency } = settings;
    const changed: LaneSettings = paused ? { concurrency, paused, paused_by: "ctl" } : { concurrency };
    const state = { ...current.state, lanes: { ...current.state.lanes, [name]: changed } };
    const was = lane.paused;
    lane.paused = paused;
    try {
      await this.#save(() => this.#parts.store.applied.update(state));
    } catch (error) {
      lane.paused = was;
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
    // Both at once, and only now: dispatches of the same transaction still get the old ones.
    this.#current = saved.current;
    this.#runtimeId = saved.runtimeId;
  }
}

/** What the request asks for: lanes that it does not name stay, unless it prunes; all else is replaced. */
function desiredState(before: AppliedState, body: ApplyBody, prune: boolean): AppliedState {
  const wanted = Object.entries(body.lanes ?? {}).map(([name, lane]): [string, LaneSettings] => [
    name,
    withProvenance(before.lanes?.[name], lane),
  ]);
  const lanes = { ...(prune ? {} : before.lanes), ...Object.fromEntries(wanted) };
  const runtime: RuntimeSettings = {
    ...(body.runtime?.mission_path_template
      ? { mission_path_template: body.runtime.mission_path_template }
      : {}),
    ...(body.runtime?.command_template ? { command_template: body.runtime.command_template } : {}),
    validate_mission_file: body.runtime?.validate_mission_file ?? false,
  };
  return {
    mission_dir: body.mission_dir ?? "",
    labels: body.labels ?? null,
    lanes: prune && !body.lanes ? null : lanes,
    runtime,
  };
}

/** A lane that a person paused stays paused, whatever the file says; only a person continues it. */
function withProvenance(before: LaneSettings | undefined, wanted: LaneSettings): LaneSettings {
  const { concurrency } = wanted;
  const byHand = before?.paused === true && before.paused_by !== "yaml";
  if (wanted.paused) {
    return { concurrency, paused: true, paused_by: byHand && before.paused_by === "ctl" ? "ctl" : "yaml" };
  }
  return byHand ? { concurrency, paused: true, paused_by: "ctl" } : { concurrency };
}

function difference(before: AppliedState, after: AppliedState): ApplyDiff {
  const old = before.lanes ?? {}, now = after.lanes ?? {};
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const runtimeOf = ({ runtime }: AppliedState): unknown[] => [
    runtime.mission_path_template ?? "",
    runtime.command_template ?? null,
    runtime.validate_mission_file ?? false,
  ];
  const resized = Object.keys(now).filter((name) => {
    const was = old[name];
    const is = now[name];
    return was && is &&
      (was.concurrency !== is.concurrency || (was.paused ?? false) !== (is.paused ?? false));
  });
  return {
    MissionDirChanged: before.mission_dir !== after.mission_dir,
    LabelsChanged: !same(before.labels, after.labels),
    RuntimeChanged: !same(runtimeOf(before), runtimeOf(after)),
    LanesAdded: orNull(Object.keys(now).filter((name) => !Object.hasOwn(old, name))),
    LanesRemoved: orNull(Object.keys(old).filter((name) => !Object.hasOwn(now, name))),
    LanesResized: orNull(resized),
  };
}

function orNull(names: string[]): string[] | null {
  return names.length === 0 ? null : names;
}
