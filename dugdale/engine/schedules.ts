import { createHash } from "node:crypto";
import type { ScheduleChanges } from "../../protocol/lane.ts";
import { quote } from "../../protocol/clip.ts";
import { toUuidV7 } from "../../protocol/ids.ts";
import type { DispatchReply } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import { PROBLEMS } from "../../protocol/problem.ts";
import type { ScheduleMissed, ScheduleOverlap, SchedulePause } from "../../protocol/schedule.ts";
import { ProblemError } from "../problem_error.ts";
import type { AppliedState } from "../store/applied.ts";
import { isDatabaseError } from "../store/database_error.ts";
import type { ScheduleRow } from "../store/schedules.ts";
import { type DispatchRequest, missionSpec } from "./dispatch.ts";
import type { Engine } from "./engine.ts";
import type { Enqueued, Enqueuer } from "./enqueue.ts";
import type { LaneTurn } from "./lanes.ts";
import type { MissionActions, Within } from "./mission_actions.ts";
import type { EngineParts } from "./parts.ts";
import type { ScheduleTimes } from "./schedule_times.ts";

/** A validated schedule of an apply. */
export interface Schedule {
  /** JSON of its settings, without a pause. */
  readonly text: string;
  /** Its lane, for the checks of an apply. */
  readonly lane: string;
  /** The dispatch of each fire. */
  readonly request: Omit<DispatchRequest, "missionId" | "traceparent">;
  readonly times: ScheduleTimes;
  readonly tz: string;
  readonly overlap: ScheduleOverlap;
  readonly missed: ScheduleMissed;
  readonly jitterMs: number;
  /** Whether the apply pauses it. */
  readonly paused: boolean;
}

/** Parses the settings of a schedule. @throws {ProblemError} `invalid_schedule` */
export type ReadSchedule = (name: string, text: string) => Promise<Schedule>;

/** Dependencies of schedules. */
export interface SchedulesParts {
  readonly parts: EngineParts;
  readonly engine: Engine;
  readonly enqueuer: Enqueuer;
  readonly actions: MissionActions;
  readonly read: ReadSchedule;
}

/** Maximum timer, because the wall clock may be changed. */
const CLOCK_TRUST_MS = 1000;
/** A fire later than this counts as missed: the dugdale was stopped, or the schedule paused. */
const LATE_MS = 60_000;
/** Maximum number of missed times that are fired or counted. */
const MISSED_MAX = 100;
/** Maximum number of schedules fired at once. */
const FIRES_MAX = 1000;

/** The refusal of an unknown name. */
export function noSchedule(name: string): ProblemError {
  return new ProblemError("schedule_not_found", `there is no schedule ${quote(name)}`);
}

/**
 * Fires schedules: each fire is one transaction that adds the mission and sets the next time, so that it happens
 * exactly once even after a crash. Without a schedule there is no timer.
 */
export class Schedules implements Disposable {
  readonly #parts: SchedulesParts;
  readonly #known = new Map<string, Schedule>();
  /** Missions that are being ended so that the next one can begin. */
  readonly #replaced = new Set<MissionId>();
  #timer: Disposable | undefined;
  #stopped = false;
  /** A check for due schedules is running. */
  #firing: Promise<void> | undefined;

  constructor(given: SchedulesParts) {
    this.#parts = given;
    given.parts.transitions.listen((transition) => {
      if (transition.change !== "done" || !this.#replaced.delete(transition.mission.mission_id)) return;
      this.#wake(0);
    });
  }

  /** Loads the schedules and starts firing; missed fires are decided now. */
  async start(): Promise<void> {
    const { store, log } = this.#parts.parts;
    for (const { name, settings } of store.schedules.all()) {
      try {
        this.#known.set(name, await this.#parts.read(name, settings));
      } catch (err) {
        // Written by a newer version, or its time zone was removed from the system: the others are fired.
        log.error("schedule cannot be read", { schedule: name, err });
      }
    }
    this.#wake(0);
  }

  /** Stops firing. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** A schedule as applied. @throws {ProblemError} `schedule_not_found` */
  schedule(name: string): { readonly row: ScheduleRow; readonly schedule: Schedule } {
    const row = this.#parts.parts.store.schedules.find(name);
    const schedule = this.#known.get(name);
    if (row !== undefined && schedule !== undefined) return { row, schedule };
    throw noSchedule(name);
  }

  /** Whether there is such a schedule, and it could be read. */
  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** The next times of a schedule, as if it were not paused. */
  next(name: string, count: number): number[] {
    const { schedule } = this.schedule(name);
    const times: number[] = [];
    let after = this.#parts.parts.clock.wallMs();
    while (times.length < count) {
      const next = schedule.times.next(after);
      if (next === undefined) break;
      times.push(after = next);
    }
    return times;
  }

  /**
   * Stores the schedules of an apply, within its transaction. Unnamed ones are kept, unless the apply prunes; an
   * unchanged one keeps its next time.
   *
   * @param given By name; null removes a schedule. Undefined when the apply says nothing about schedules.
   * @returns The changes; pass them to {@linkcode applied} once they are on disk.
   */
  apply(
    given: ReadonlyMap<string, Schedule | null> | undefined,
    { lanes }: AppliedState,
    prune: boolean,
  ): ScheduleChanges {
    const { store, clock } = this.#parts.parts;
    const changes = { added: [] as string[], changed: [] as string[], removed: [] as string[] };
    for (const { name, settings } of store.schedules.all()) {
      const schedule = given?.get(name);
      if (schedule !== null) {
        if (schedule !== undefined || !prune) continue;
        if (given === undefined && Object.hasOwn(lanes ?? {}, laneOf(settings))) continue;
      }
      store.schedules.remove(name);
      changes.removed.push(name);
    }
    for (const [name, schedule] of given ?? []) {
      if (schedule === null) continue;
      const before = store.schedules.find(name);
      if (before === undefined) {
        store.schedules.insert({ name, settings: schedule.text, seed: newSeed() });
        changes.added.push(name);
      }
      const row = store.schedules.find(name)!;
      const same = before !== undefined && before.settings === schedule.text;
      const nowMs = clock.wallMs();
      const pause = appliedPause(before?.pause ?? null, schedule.paused, nowMs);
      if (same && pause === before.pause) continue;
      if (before !== undefined) changes.changed.push(name);
      const times = same ? row : this.#timesAfter(row, schedule, nowMs);
      const { next_at, due_at } = times;
      store.schedules.update({ ...row, settings: schedule.text, next_at, due_at, pause });
    }
    return changes;
  }

  /** Activates the schedules stored by an apply. */
  applied(given: ReadonlyMap<string, Schedule | null> | undefined, { removed }: ScheduleChanges): void {
    for (const name of removed) this.#known.delete(name);
    for (const [name, schedule] of given ?? []) if (schedule !== null) this.#known.set(name, schedule);
    this.#wake(0);
  }

  /** Stops a schedule from firing. One that is paused stays paused as it is. @param within Called in its transaction. */
  pause(
    name: string,
    { who, reason }: { readonly who: string; readonly reason?: string | undefined },
    within?: () => void,
  ): Promise<void> {
    const at = this.#parts.parts.clock.wallMs();
    const pause: SchedulePause = { by: "ctl", who, ...(reason === undefined ? {} : { reason }), at };
    return this.#setPause(name, (before) => {
      // A manual pause takes precedence over that of the file.
      const byHand = before !== null && (JSON.parse(before) as SchedulePause).by === "ctl";
      return byHand ? before : JSON.stringify(pause);
    }, within);
  }

  /** Lets a schedule fire again; what was missed meanwhile is decided now. @param within Called in its transaction. */
  async continue(name: string, within?: () => void): Promise<void> {
    await this.#setPause(name, () => null, within);
    this.#wake(0);
  }

  /**
   * Queues the mission of a schedule now, whatever overlaps; its times stay as they are.
   *
   * @param within Called in its transaction.
   */
  async run(name: string, within?: Within): Promise<DispatchReply> {
    const { parts: { store, ids, clock }, engine } = this.#parts;
    const { schedule } = this.schedule(name);
    return await engine.lanes.write(engine.lanes.find(schedule.lane), (turn) => {
      const { row } = this.schedule(name);
      const { missionId, status, created } = this.#enter(name, schedule, ids.mission(), clock.wallMs(), turn);
      if (!created) return { mission_id: missionId, status, deduplicated: true };
      store.schedules.update({ ...row, last_mission: missionId, last_error: null, fired: row.fired + 1 });
      within?.({ mission_id: missionId });
      return { mission_id: missionId, status };
    });
  }

  async #setPause(
    name: string,
    change: (before: string | null) => string | null,
    within?: () => void,
  ): Promise<void> {
    const { store } = this.#parts.parts;
    await store.write(() => {
      const { row } = this.schedule(name);
      store.schedules.update({ ...row, pause: change(row.pause) });
      within?.();
    });
  }

  /** Schedules a check after a delay in milliseconds. */
  #wake(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#stopped || this.#known.size === 0) return;
    this.#timer = this.#parts.parts.clock.after(ms, () => {
      this.#firing ??= this.#fireDue().finally(() => {
        this.#firing = undefined;
        this.#wakeForNext();
      });
    });
  }

  /** A due schedule that was not fired waits for something, such as space in the queue, and is tried again. */
  #wakeForNext(): void {
    const { store, clock, log } = this.#parts.parts;
    if (this.#stopped) return;
    let leftMs = 0;
    try {
      leftMs = store.schedules.nextDueMs() - clock.wallMs();
    } catch (err) {
      log.error("db_error", { op: "schedule", err });
    }
    if (leftMs !== Infinity) this.#wake(leftMs <= 0 ? CLOCK_TRUST_MS : Math.min(leftMs, CLOCK_TRUST_MS));
  }

  async #fireDue(): Promise<void> {
    const { store, clock, log } = this.#parts.parts;
    const onError = (err: unknown): void => {
      // Nothing is on disk: the next check finds the same.
      log.error("db_error", { op: "schedule", err });
    };
    try {
      const names = store.schedules.due(clock.wallMs(), FIRES_MAX);
      await Promise.all(names.map((name) => this.#fire(name).catch(onError)));
    } catch (err) {
      onError(err);
    }
  }

  async #fire(name: string): Promise<void> {
    const { parts: { store, log }, engine, actions } = this.#parts;
    const schedule = this.#known.get(name);
    if (schedule === undefined || this.#stopped) return;
    const lane = engine.lanes.find(schedule.lane);
    const fired = await engine.lanes.write(lane, (turn) => this.#fireIn(name, schedule, turn));
    for (const [missionId, fireMs] of fired.missions) {
      log.info("schedule", { phase: "fired", schedule: name, mission_id: missionId, scheduled_for: fireMs });
    }
    if (fired.error !== undefined) {
      log.warn("schedule", { phase: "refused", schedule: name, err: fired.error });
    }
    if (fired.skipped > 0) log.info("schedule", { phase: "skipped", schedule: name, count: fired.skipped });
    if (fired.replaces === undefined) return;
    this.#replaced.add(fired.replaces);
    const row = store.missions.find(fired.replaces);
    try {
      if (row !== undefined) await actions.kill(row);
    } catch (error) {
      // It has ended meanwhile, or is just ending: the next check fires.
      if (!(error instanceof ProblemError) && !isDatabaseError(error)) throw error;
    }
  }

  /** One fire, or its postponement, as one change. */
  #fireIn(name: string, schedule: Schedule, turn: LaneTurn): Fired {
    const { parts: { store, clock, quotaProblem } } = this.#parts;
    const nowMs = clock.wallMs();
    const row = store.schedules.find(name);
    const missions: [MissionId, number][] = [];
    const nothing: Fired = { missions, skipped: 0, error: undefined, replaces: undefined };
    // It may have been paused, changed or fired since it was found.
    if (row?.next_at === null || row?.due_at === null || row === undefined || row.pause !== null) {
      return nothing;
    }
    if (row.due_at > nowMs || this.#known.get(name) !== schedule) return nothing;
    const due = dueTimes(row, row.next_at, schedule, nowMs);
    const last = due.at(-1)!;
    const busy = row.last_mission !== null && schedule.overlap !== "allow" &&
      ["queued", "running"].includes(store.missions.status(row.last_mission) ?? "done");
    if (busy && schedule.overlap === "replace") return { ...nothing, replaces: row.last_mission! };
    const late = nowMs - this.#dueMs(row, schedule, last) > LATE_MS;
    let wanted = schedule.missed === "skip" && late ? [] : schedule.missed === "all" ? due : [last];
    if (busy) wanted = [];
    else if (schedule.overlap !== "allow") wanted = wanted.slice(-1);
    let error = wanted.length > 0 ? postponement(quotaProblem()) : undefined;
    for (const fireMs of wanted) {
      if (error !== undefined) break;
      const missionId = fireId(row.seed, fireMs);
      // The id is derived from the fire: an existing mission with it was created by this fire.
      if (store.missions.status(missionId) !== undefined) continue;
      try {
        const { created } = this.#enter(name, schedule, missionId, fireMs, turn);
        if (created) missions.push([missionId, fireMs]);
      } catch (cause) {
        if (!(cause instanceof ProblemError)) throw cause;
        error = cause;
      }
    }
    const waits = error !== undefined && PROBLEMS[error.code].retry !== "never" && missions.length === 0;
    const skipped = waits ? 0 : due.length - missions.length;
    const last_error = error?.message ?? (missions.length > 0 ? null : row.last_error);
    const [last_mission, last_at] = missions.at(-1) ?? [row.last_mission, row.last_at];
    const { next_at, due_at } = waits ? row : this.#timesAfter(row, schedule, last);
    const [fired, counted] = [row.fired + missions.length, row.skipped + skipped];
    store.schedules.update({
      ...row,
      next_at,
      due_at,
      last_at,
      last_mission,
      last_error,
      fired,
      skipped: counted,
    });
    // A waiting fire is logged once, not with each try.
    const told = waits && row.last_error === last_error ? undefined : error;
    return { missions, skipped, error: told, replaces: undefined };
  }

  /** Nothing is created if a mission with the same key exists. */
  #enter(
    name: string,
    schedule: Schedule,
    missionId: MissionId,
    fireMs: number,
    turn: LaneTurn,
  ): Enqueued {
    const { parts: { store }, enqueuer } = this.#parts;
    const entered = enqueuer.enter(missionSpec({ ...schedule.request, missionId, traceparent: null }), turn);
    if (entered.created) store.schedules.addScheduled(missionId, name, fireMs);
    return entered;
  }

  /** The next time of a schedule after a time. */
  #timesAfter(
    row: ScheduleRow,
    schedule: Schedule,
    afterMs: number,
  ): Pick<ScheduleRow, "next_at" | "due_at"> {
    const next = schedule.times.next(afterMs);
    if (next === undefined) return { next_at: null, due_at: null };
    return { next_at: next, due_at: this.#dueMs(row, schedule, next) };
  }

  #dueMs(row: ScheduleRow, schedule: Schedule, fireMs: number): number {
    return dueMs(row.seed, schedule.jitterMs, fireMs);
  }
}

/** Result for a due schedule. */
interface Fired {
  readonly missions: readonly (readonly [id: MissionId, fireMs: number])[];
  readonly skipped: number;
  readonly error: ProblemError | undefined;
  /** The running mission is ended first, and the fire tried again. */
  readonly replaces: MissionId | undefined;
}

/** The times due by now, the latest last, at most a hundred. There is always one: the stored one. */
function dueTimes(row: ScheduleRow, nextMs: number, { times, jitterMs }: Schedule, nowMs: number): number[] {
  const passed = times.latest(nextMs, nowMs, MISSED_MAX);
  const later = passed.findIndex((fireMs) => dueMs(row.seed, jitterMs, fireMs) > nowMs);
  const due = later === -1 ? passed : passed.slice(0, later);
  // The rules of its zone may have changed since it was computed.
  return due.length > 0 ? due : [nextMs];
}

/** @param quota Lack of space in the data directory, if any. */
function postponement(quota: string | undefined): ProblemError | undefined {
  return quota === undefined ? undefined : new ProblemError("disk_quota_exceeded", quota);
}

/** The time of a fire with its jitter, which is deterministic. */
function dueMs(seed: string, jitterMs: number, fireMs: number): number {
  return jitterMs === 0 ? fireMs : fireMs + Math.floor(share(`${seed}\njitter\n${fireMs}`) * jitterMs);
}

/** The id of the mission of a fire. */
export function fireId(seed: string, fireMs: number): MissionId {
  const digest = createHash("sha256").update(`${seed}\n${fireMs}`).digest("hex");
  return toUuidV7(fireMs.toString(16).padStart(12, "0"), digest) as MissionId;
}

/** A number from 0 up to 1, derived from a string. */
function share(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}

function newSeed(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** A manually paused schedule stays paused, whatever the file says; only a person resumes it. */
function appliedPause(before: string | null, paused: boolean, nowMs: number): string | null {
  const by = before === null ? undefined : (JSON.parse(before) as SchedulePause).by;
  if (by === "ctl") return before;
  if (!paused) return null;
  return by === "yaml" ? before : JSON.stringify({ by: "yaml", at: nowMs } satisfies SchedulePause);
}

/** The lane in stored settings, possibly written by a newer version. */
function laneOf(settings: string): string {
  const { lane } = JSON.parse(settings) as { lane?: unknown };
  return typeof lane === "string" ? lane : "";
}
