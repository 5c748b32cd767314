/**
 * Random operations on the real engine and store, with a clock turned by hand, scripted processes and a disk that
 * dies; after each operation the promises of a dugdale are checked.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { successorId } from "../../dugdale/engine/successors.ts";
import type { MissionRow, QueuedMission, RunningMission } from "../../dugdale/store/mission_row.ts";
import type { Priority, SuccessorBody, UniqueRule } from "../../protocol/dispatch_options.ts";
import { parseDuration } from "../../protocol/duration.ts";
import type { DoneEvent, MissionEvent } from "../../protocol/event.ts";
import type { DispatchReply, OutcomeKind } from "../../protocol/mission.ts";
import { Ids } from "../../protocol/ids.ts";
import type { MissionId } from "../../protocol/names.ts";
import { type RateRule, toRate } from "../../protocol/rate.ts";
import type { RetryRule } from "../../protocol/retry.ts";
import { MemoryDisk } from "../../testing/memory_disk.ts";
import type { ScriptedProcess } from "../../testing/scripted_spawner.ts";
import { fireId } from "../../dugdale/engine/schedules.ts";
import { HandClock } from "../dugdale/hand_clock.ts";
import { Life } from "./life.ts";
import { Random } from "./random.ts";

/** What a lane was told beyond its concurrency. */
interface Limits {
  readonly rate?: RateRule;
  readonly per_key?: number;
}

/** Additions of a dispatch. */
interface Asked {
  readonly priority?: Priority;
  readonly delay?: string;
  readonly key?: string;
  readonly unique?: UniqueRule;
  readonly serial?: boolean;
  readonly on_success?: SuccessorBody;
  readonly on_failure?: SuccessorBody;
  readonly retry?: RetryRule;
}

/** What the simulated clients know of a mission. */
interface Known {
  readonly lane: string;
  /** What was asked for beside lane and mission. */
  readonly asked: Asked;
  /** It must not start before, unless it was told to run now. */
  readonly dueMs: number;
  /** Its 202 or 201 has come, or it was seen. */
  acknowledged: boolean;
  /** Its deletion was asked for, so that it may be gone. */
  deleted: boolean;
  /** A kill, or a deletion that ends it, was asked for. */
  killed: boolean;
  /** The exit code of its process. */
  code?: number | undefined;
  /** Its last event, once it has been seen. */
  done?: string | undefined;
}

const LANES = ["a", "b"] as const;
const SECOND_MS = 1000;
const START_MS = Date.UTC(2030, 0, 1);
const encoder = new TextEncoder();

/** One run of the simulator. */
export class Simulation {
  readonly #random: Random;
  readonly #clock = new HandClock({ wallMs: START_MS });
  readonly #disk = new MemoryDisk();
  readonly #ids = new Ids(() => this.#clock.wallMs());
  readonly #folder: string;
  readonly #known = new Map<MissionId, Known>();
  /** As applied last, so far as its answer has come; undefined while that is not known. */
  readonly #lanes = new Map<string, { concurrency: number; paused: boolean } | undefined>();
  /** As applied last; undefined while that is not known. */
  readonly #limits = new Map<string, Limits | undefined>();
  /** By lane, and by key where the rate is by key: when missions started since the rate is what it is. */
  readonly #starts = new Map<string, number[]>();
  /** The last attempt that was started. */
  readonly #started = new Map<MissionId, number>();
  /** They were told to run now. */
  readonly #hastened = new Set<MissionId>();
  readonly #width = new Map<string, number>();
  /** Times of schedules for which a mission has started. */
  readonly #fires = new Set<string>();
  /** Their end was checked in this life, and is looked at again in the next one and in the end. */
  readonly #checked = new Set<MissionId>();
  /** They had not come to their end when a dugdale crashed. */
  readonly #crashed = new Set<MissionId>();
  #broken: unknown;
  #processes = new Map<MissionId, ScriptedProcess>();
  #life!: Life;
  /** What was done, for the report of a failure. */
  readonly log: string[] = [];

  /** @param folder Holds the database. */
  constructor(seed: number, folder: string) {
    this.#random = new Random(seed);
    this.#folder = folder;
  }

  /** Does so many operations, then ends everything and checks that nothing was lost. */
  async run(steps: number): Promise<void> {
    await this.#begin();
    await this.#apply();
    for (let step = 0; step < steps; step++) {
      await this.#operate();
      await this.#life.settle();
      if (this.#life.dead) await this.#reopen();
      await this.#check();
      if (this.#life.dead) await this.#reopen();
    }
    await this.#end();
    this.#life.crash();
  }

  async #operate(): Promise<void> {
    const operation = this.#random.pick([
      this.#dispatch,
      ...Array(5).fill(this.#dispatch),
      ...Array(6).fill(this.#endProcess),
      ...Array(2).fill(this.#progress),
      ...Array(2).fill(this.#kill),
      this.#runNow,
      this.#restart,
      this.#pause,
      this.#continue,
      this.#apply,
      this.#delete,
      this.#advance,
      this.#crash,
      this.#armDeath,
      ...Array(2).fill(this.#schedule),
      this.#pauseSchedule,
      this.#continueSchedule,
      this.#runSchedule,
    ]);
    await operation.call(this);
  }

  async #dispatch(): Promise<void> {
    const missionId = this.#ids.mission();
    const lane = this.#random.pick(LANES);
    const asked = this.#additions();
    const delayMs = asked.delay === undefined ? 0 : parseDuration(asked.delay);
    this.#known.set(missionId, {
      lane,
      asked,
      dueMs: this.#clock.wallMs() + delayMs,
      acknowledged: false,
      deleted: false,
      killed: false,
    });
    await this.#sendDispatch(missionId);
  }

  #additions(): Asked {
    const { chance, below } = this.#random;
    const random = this.#random;
    const key = random.pick<Asked>([
      { key: "serial-1", serial: true },
      { key: "serial-2", serial: true },
      { key: "unique", unique: random.pick<UniqueRule>(["queued", "active", "kept"]) },
      { key: "plain" },
      { key: "plain" },
    ]);
    return {
      ...(chance(0.4) ? { priority: random.pick<Priority>(["high", "normal", "low"]) } : {}),
      ...(chance(0.2) ? { delay: `${below(30) + 1}s` } : {}),
      ...(chance(0.5) ? key : {}),
      ...(chance(0.25) ? { retry: this.#retryRule() } : {}),
      ...(chance(0.1) ? { on_success: { mission: "m" } } : {}),
      ...(chance(0.1) ? { on_failure: { mission: "m", lane: random.pick(LANES) } } : {}),
    };
  }

  #retryRule(): RetryRule {
    const { chance, below } = this.#random;
    return {
      attempts: below(3) + 1,
      backoff: `${below(20)}s`,
      on: chance(0.5) ? ["failed", "lost"] : ["failed"],
    };
  }

  /** A client whose answer was lost sends the same dispatch again. */
  async #sendDispatch(missionId: MissionId): Promise<void> {
    const { lane, asked } = this.#known.get(missionId)!;
    const body = { lane, mission: "m", ...asked };
    const reply = await this.#send("POST", "/v1/dispatch", { key: missionId, body });
    if (reply === undefined) return;
    assert(reply.status === 202 || reply.status === 200, `dispatch: ${reply.status} ${reply.text}`);
    const { mission_id, deduplicated } = JSON.parse(reply.text) as DispatchReply;
    if (!deduplicated) this.#known.get(missionId)!.acknowledged = true;
    else {
      assert(asked.unique !== undefined && mission_id !== missionId, reply.text);
      const { missions } = this.#life.core.parts.store;
      assertEquals(missions.find(mission_id as MissionId)?.key, asked.key, "the mission with the same key");
      assertEquals(missions.find(missionId), undefined, "a dispatch that was deduplicated");
      this.#known.delete(missionId);
    }
  }

  async #runNow(): Promise<void> {
    const id = this.#anyMission();
    if (id === undefined) return;
    this.#hastened.add(id);
    const reply = await this.#send("POST", `/v1/missions/${id}/run-now`);
    if (reply !== undefined) assert([200, 404, 409, 410].includes(reply.status), `run-now: ${reply.text}`);
  }

  #endProcess(): void {
    const [id, process] = this.#random.pick([...this.#processes]) ?? [];
    if (id === undefined || process === undefined) return;
    const code = this.#random.pick([0, 0, 0, 1]);
    this.log.push(`end ${id} with ${code}`);
    if (this.#random.chance(0.5)) {
      say(process, code === 0 ? { event: "success", return: { of: id } } : { event: "fail" });
    }
    this.#exit(id, process, code);
  }

  #exit(id: MissionId, process: ScriptedProcess, code: number): void {
    const known = this.#known.get(id);
    if (known !== undefined) known.code = code;
    process.exit({ code, signal: null });
    this.#processes.delete(id);
  }

  #progress(): void {
    const [id, process] = this.#random.pick([...this.#processes]) ?? [];
    if (process === undefined) return;
    this.log.push(`progress of ${id}`);
    say(process, { event: "progress", value: 0.5 });
  }

  async #kill(): Promise<void> {
    const id = this.#anyMission();
    if (id === undefined) return;
    this.#known.get(id)!.killed = true;
    const reply = await this.#send("POST", `/v1/missions/${id}/kill`);
    if (reply !== undefined) assert([200, 404, 409, 410].includes(reply.status), `kill: ${reply.text}`);
  }

  async #restart(): Promise<void> {
    const id = this.#anyMission();
    if (id === undefined) return;
    const reply = await this.#send("POST", `/v1/missions/${id}/restart`);
    if (reply?.status !== 201) return;
    const { mission_id } = JSON.parse(reply.text) as { mission_id: MissionId };
    const known = this.#known.get(id)!;
    // It has neither the time nor the key.
    const { delay: _delay, key: _key, unique: _unique, serial: _serial, ...asked } = known.asked;
    this.#known.set(mission_id, {
      ...known,
      asked,
      dueMs: 0,
      acknowledged: true,
      deleted: false,
      killed: false,
      code: undefined,
      done: undefined,
    });
  }

  async #pause(): Promise<void> {
    await this.#setPaused(true);
  }

  async #continue(): Promise<void> {
    await this.#setPaused(false);
  }

  async #setPaused(paused: boolean): Promise<void> {
    const name = this.#random.pick(LANES);
    const was = this.#lanes.get(name);
    this.#lanes.set(name, undefined);
    const path = `/v1/admin/lanes/${name}/${paused ? "pause" : "continue"}`;
    const reply = await this.#send("POST", path);
    if (reply === undefined) return;
    assertEquals(reply.status, 200, reply.text);
    const { concurrency } = was ?? this.#laneNow(name);
    this.#lanes.set(name, { concurrency, paused });
  }

  /** Applies new widths and limits; a pause by hand stays. */
  async #apply(): Promise<void> {
    const lanes = Object.fromEntries(LANES.map((name) => [name, { concurrency: this.#random.below(3) + 1 }]));
    const options = Object.fromEntries(LANES.map((name) => [name, this.#laneLimits()]));
    for (const name of LANES) {
      this.#lanes.set(name, undefined);
      this.#limits.set(name, undefined);
    }
    this.#starts.clear();
    const reply = await this.#send("POST", "/v1/admin/apply", { body: { lanes, lane_options: options } });
    if (reply === undefined) return;
    assertEquals(reply.status, 200, reply.text);
    for (const name of LANES) {
      this.#lanes.set(name, this.#laneNow(name));
      this.#limits.set(name, options[name]);
    }
  }

  #laneLimits(): Limits {
    const { chance, below } = this.#random;
    const rate = () => ({
      count: below(3) + 1,
      per: `${below(10) + 1}s`,
      ...(chance(0.5) ? { burst: below(4) + 1 } : {}),
      ...(chance(0.4) ? { by: "key" as const } : {}),
    });
    return { ...(chance(0.3) ? { rate: rate() } : {}), ...(chance(0.3) ? { per_key: below(2) + 1 } : {}) };
  }

  /** Applies a schedule, a new one, a changed one or the same again, or takes it away. */
  async #schedule(): Promise<void> {
    const settings = {
      lane: this.#random.pick(LANES),
      mission: "m",
      every: this.#random.pick(["7s", "20s"]),
      overlap: this.#random.pick(["allow", "skip", "replace"]),
      missed: this.#random.pick(["skip", "once", "all"]),
      jitter: this.#random.pick(["0s", "3s"]),
    };
    const body = { schedules: { s: this.#random.chance(0.1) ? null : settings } };
    const reply = await this.#send("POST", "/v1/admin/apply", { body });
    if (reply !== undefined) assertEquals(reply.status, 200, reply.text);
  }

  async #pauseSchedule(): Promise<void> {
    const reply = await this.#send("POST", "/v1/schedules/s/pause", { body: { who: "sim" } });
    if (reply !== undefined) assert([200, 404].includes(reply.status), reply.text);
  }

  async #continueSchedule(): Promise<void> {
    const reply = await this.#send("POST", "/v1/schedules/s/continue");
    if (reply !== undefined) assert([200, 404].includes(reply.status), reply.text);
  }

  async #runSchedule(): Promise<void> {
    const reply = await this.#send("POST", "/v1/schedules/s/run");
    if (reply !== undefined) assert([202, 404].includes(reply.status), reply.text);
  }

  async #delete(): Promise<void> {
    const id = this.#anyMission();
    if (id === undefined) return;
    const known = this.#known.get(id)!;
    const wasDeleted = known.deleted;
    known.deleted = true;
    const force = this.#random.chance(0.5);
    known.killed ||= force;
    const reply = await this.#send("DELETE", `/v1/missions/${id}${force ? "?force=true" : ""}`);
    if (reply !== undefined && reply.status !== 202) known.deleted = wasDeleted;
  }

  /** The last second apart: what looks at the clock each second has looked at it after the rest. */
  async #advance(): Promise<void> {
    const ms = this.#random.below(60_000);
    this.log.push(`${ms} ms pass`);
    this.#clock.advance(ms);
    await this.#life.settle();
    this.#clock.advance(SECOND_MS);
  }

  #crash(): void {
    this.log.push("crash");
    this.#life.crash();
  }

  #armDeath(): void {
    const death = { commits: this.#random.below(4), after: this.#random.chance(0.5) };
    this.log.push(`the disk dies ${death.after ? "after" : "before"} commit ${death.commits} from now`);
    this.#life.die(death);
  }

  async #send(method: string, path: string, options: { key?: string; body?: unknown } = {}) {
    const reply = await this.#life.send(method, path, options);
    this.log.push(`${method} ${path} ${JSON.stringify(options)} → ${reply?.status ?? "no answer"}`);
    return reply;
  }

  async #begin(): Promise<void> {
    const remains = { file: `${this.#folder}/state.db`, disk: this.#disk, clock: this.#clock };
    this.#processes = new Map();
    this.#checked.clear();
    this.#life = await Life.begin(remains, (process) => this.#onStart(process));
    await this.#life.fire();
  }

  async #reopen(): Promise<void> {
    this.log.push("reopen");
    for (const [id, { done }] of this.#known) if (done === undefined) this.#crashed.add(id);
    await this.#begin();
    for (const name of LANES) {
      const expected = this.#lanes.get(name);
      if (expected === undefined) this.#lanes.set(name, this.#laneIfAny(name));
      else assertEquals(this.#laneNow(name), expected, `lane ${name} after a crash`);
    }
    if (this.#life.core.applied.current === undefined) await this.#apply();
    for (const [id, { acknowledged }] of [...this.#known]) {
      if (!acknowledged && !this.#life.dead) await this.#sendDispatch(id);
    }
    if (this.#life.dead) await this.#reopen();
    await this.#life.settle();
  }

  /** Plays a process. What is wrong with its start is told by the next check: nothing here would catch it. */
  #onStart(process: ScriptedProcess): void {
    try {
      this.#takeProcess(process);
    } catch (error) {
      this.#broken ??= error;
    }
  }

  #takeProcess(process: ScriptedProcess): void {
    const id = process.request.env.LETTS_MISSION_ID as MissionId;
    const { engine, parts } = this.#life.core;
    this.#processes.set(id, process);
    process.signal.addEventListener("abort", () => this.#processes.delete(id));
    const row = parts.store.missions.find(id)! as RunningMission;
    assert(row.attempt > (this.#started.get(id) ?? 0), `attempt ${row.attempt} of ${id} is started twice`);
    this.#started.set(id, row.attempt);
    const lane = engine.lanes.find(row.lane)!;
    const { schedule, fire_at } = parts.store.schedules.scheduled(row.id) ?? {};
    const fire = parts.store.schedules.find(schedule ?? "");
    // One that was run by hand has an id that does not follow from its time.
    if (fire !== undefined && fire_at !== undefined && id === fireId(fire.seed, fire_at)) {
      const time = `${fire.seed} ${fire_at}`;
      assert(!this.#fires.has(time), `schedule ${schedule} fires twice for ${fire_at}`);
      this.#fires.add(time);
    }
    assert(!this.#lanes.get(row.lane)?.paused, `mission ${id} starts in the paused lane ${row.lane}`);
    assert(
      this.#hastened.has(id) || (this.#known.get(id)?.dueMs ?? 0) <= this.#clock.wallMs(),
      `mission ${id} starts before its time`,
    );
    // A killed mission leaves its lane's queue through its end alone. A serial one may have to wait for its key.
    const free = this.#anyKey(row.lane);
    const ahead = parts.store.missions.queue.queuedIn(row.lane, 1000).find((other) =>
      other.serial === 0 && other.run_at === null && (free || other.key === null) &&
      (other.class < row.class
        ? waitsSince(other) < row.time_started!
        : other.class === row.class && waitsSince(other) < waitsSince(row))
    );
    assert(ahead === undefined, `mission ${id} starts before ${ahead?.mission_id}, whose turn it is`);
    const sameKey = parts.store.missions.running().find((other) =>
      other.serial === 1 && row.serial === 1 && other.key === row.key && other.id !== row.id
    );
    assert(sameKey === undefined, `mission ${id} starts while ${sameKey?.mission_id} has its key ${row.key}`);
    assert(lane.inFlight >= 1, `lane ${row.lane} does not count mission ${id}`);
    this.#checkLimits(row);
  }

  /** No lane starts missions more often than its rate says, nor more of one key than it may. */
  #checkLimits(row: RunningMission): void {
    const { rate: rule, per_key: perKey } = this.#limits.get(row.lane) ?? {};
    if (perKey !== undefined && row.key !== null) {
      const same = this.#life.core.parts.store.missions.running().filter(({ lane, key }) =>
        lane === row.lane && key === row.key
      );
      assert(same.length <= perKey, `lane ${row.lane} runs ${same.length} of key ${row.key}`);
    }
    if (rule === undefined) return;
    const { intervalMs, burst, byKey } = toRate(rule);
    if (byKey && row.key === null) return;
    const bucket = `${row.lane} ${byKey ? row.key : ""}`;
    const starts = [...this.#starts.get(bucket) ?? [], row.time_started];
    this.#starts.set(bucket, starts);
    for (const [index, fromMs] of starts.entries()) {
      const count = starts.length - index;
      // A millisecond for what was rounded.
      const possible = burst + (row.time_started - fromMs + 1) / intervalMs;
      assert(count <= possible, `lane ${row.lane} starts ${count} in ${row.time_started - fromMs} ms`);
    }
  }

  /** Whether the promises hold now. */
  async #check(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#life.dead) return;
    const { parts, engine } = this.#life.core;
    const { missions } = parts.store;
    for (const [id, known] of this.#known) {
      const row = missions.find(id);
      if (!known.acknowledged) continue;
      assert(row !== undefined, `mission ${id} was acknowledged and is gone`);
      if (row.status === "deleting") {
        assert(known.deleted, `mission ${id} is being deleted, and nothing has asked for it`);
        continue;
      }
      if (row.status === "done" && this.#checked.has(id)) continue;
      const events = await this.#events(id);
      // A change that was on its way may have brought the commit at which the disk was to die.
      if (events === undefined) return;
      events.forEach(({ seq }, index) => assertEquals(seq, index + 1, `seq of mission ${id}`));
      this.#checkAttempts(id, row, known, events);
      const last = events.at(-1);
      assertEquals(last?.event === "done", row.status === "done", `the last event of mission ${id}`);
      if (known.done !== undefined) {
        assertEquals(JSON.stringify(last), known.done, `the end of ${id} changed`);
      }
      if (last?.event === "done") {
        known.done = JSON.stringify(last);
        this.#checkOutcome(id, known, last.outcome);
        this.#checkSuccessor(id, known, last);
        this.#checked.add(id);
      }
      if (row.status === "running") assert(engine.find(id) !== undefined, `${id} runs in the database alone`);
    }
    this.#checkSchedules();
    const running = missions.running();
    for (const lane of engine.lanes.list()) {
      const rows = running.filter((row) => row.lane === lane.name);
      assertEquals(lane.inFlight, rows.length, `slots of lane ${lane.name}`);
      if (!lane.paused && lane.inFlight < lane.concurrency) {
        const waiting = this.#waiting(lane.name);
        assert(waiting === undefined, `lane ${lane.name} has room, and mission ${waiting?.mission_id} waits`);
      }
      this.#checkWidth(lane.name, lane.concurrency, rows.length);
    }
  }

  /** A mission that nothing holds back but a lane without room. */
  #waiting(lane: string): QueuedMission | undefined {
    const { missions } = this.#life.core.parts.store;
    const dueMs = this.#clock.wallMs() - SECOND_MS;
    const { rules, nextDueMs, waking } = this.#life.core.engine.lanes.find(lane)!;
    const running = missions.running();
    const allows = (key: string) =>
      rules.limits?.rate?.byKey !== true &&
      running.filter((row) => row.lane === lane && row.key === key).length <
        (rules.limits?.perKey ?? Infinity);
    const mission = missions.queue.queuedIn(lane, 1000).find((row) =>
      (row.run_at === null || row.run_at <= dueMs) && (row.key === null || allows(row.key)) &&
      (row.serial === 0 || missions.keys.active(row.key!).length === 1)
    );
    // Where it waits for a token, the lane must be about to be woken; that it starts then is seen in the end.
    const tokenMs = rules.limits?.rate?.intervalMs ?? -Infinity;
    return waking || nextDueMs <= this.#clock.wallMs() + tokenMs + 1 ? undefined : mission;
  }

  /** Whether the lane lets missions pass whatever their keys. */
  #anyKey(lane: string): boolean {
    const limits = this.#life.core.engine.lanes.find(lane)?.rules.limits;
    return limits === undefined || limits.perKey === Infinity && limits.rate?.byKey !== true;
  }

  /** What is due has been fired, unless it waits for a mission to end. */
  #checkSchedules(): void {
    const nowMs = this.#clock.wallMs();
    for (const { due_at, pause, settings } of this.#life.core.parts.store.schedules.all()) {
      const { overlap } = JSON.parse(settings) as { overlap: string };
      if (due_at === null || pause !== null || overlap === "replace") continue;
      assert(due_at > nowMs - 2 * SECOND_MS, `a schedule is ${nowMs - due_at} ms late`);
    }
  }

  /** An end is that of the process, unless a kill or a crash came first. */
  #checkOutcome(id: MissionId, { code, killed }: Known, outcome: OutcomeKind): void {
    const possible: OutcomeKind[] = [];
    if (code !== undefined) possible.push(code === 0 ? "success" : "failed");
    if (killed) possible.push("killed");
    if (this.#crashed.has(id)) possible.push("lost");
    assert(possible.includes(outcome), `mission ${id} ends as ${outcome}, which is none of ${possible}`);
  }

  /** Attempts add up, none begins before its time, and there is another one as long as the rule says so. */
  #checkAttempts(
    id: MissionId,
    row: MissionRow,
    { asked: { retry }, killed }: Known,
    events: readonly MissionEvent[],
  ): void {
    const ended = events.filter((event) => event.event === "attempt");
    assertEquals(
      ended.map(({ attempt }) => attempt),
      ended.map((_, index) => index + 1),
      `attempts of ${id}`,
    );
    assertEquals(ended.length, row.attempt - 1, `attempts of mission ${id}`);
    assertEquals(this.#life.core.parts.store.missions.attempts(row).length, ended.length);
    assert(row.attempt <= (retry?.attempts ?? 1), `mission ${id} has ${row.attempt} attempts`);
    for (const [index, event] of events.entries()) {
      const next = events[index + 1];
      if (event.event !== "attempt" || next?.event !== "running" || this.#hastened.has(id)) continue;
      assert(
        next.time >= event.next_attempt_at,
        `attempt ${event.attempt + 1} of ${id} starts before its time`,
      );
    }
    const last = events.at(-1);
    if (last?.event === "done" && !this.#crashed.has(id)) {
      const running = events.filter(({ event }) => event === "running").length;
      assertEquals(running, this.#started.get(id) ?? 0, `events "running" of mission ${id}`);
    }
    if (last?.event !== "done" || retry === undefined || killed || row.attempt === retry.attempts) return;
    const again = (retry.on as readonly string[]).includes(last.outcome);
    assert(
      !again,
      `mission ${id} ends as ${last.outcome} after ${row.attempt} of ${retry.attempts} attempts`,
    );
  }

  /** It is there as soon as the end is. */
  #checkSuccessor(id: MissionId, { asked }: Known, { outcome, time_finished }: DoneEvent): void {
    const kind = outcome === "success" ? "on_success" : "on_failure";
    if (asked[kind] === undefined) return;
    const next = this.#life.core.parts.store.missions.find(successorId(id, kind, time_finished));
    assert(next !== undefined, `nothing follows mission ${id}, which ended as ${outcome}`);
    assertEquals(next.lane, asked[kind].lane ?? this.#known.get(id)!.lane);
  }

  /** A lane that was made narrower may still run what it ran before, but no more. */
  #checkWidth(name: string, concurrency: number, running: number): void {
    const before = this.#width.get(name) ?? 0;
    assert(running <= Math.max(concurrency, before), `lane ${name} runs ${running} of ${concurrency}`);
    this.#width.set(name, running);
  }

  async #events(id: MissionId): Promise<MissionEvent[] | undefined> {
    const text = await this.#life.read(`/v1/missions/${id}/events`);
    return text?.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Lets all missions come to their end. */
  async #end(): Promise<void> {
    this.#life.die({ commits: Infinity, after: false });
    this.#lanes.clear();
    for (const name of LANES) await this.#life.send("POST", `/v1/admin/lanes/${name}/continue`);
    await this.#life.send("POST", "/v1/admin/apply", { body: { schedules: { s: null } } });
    const { queue } = this.#life.core.parts.store.missions;
    const waits = (lane: string) => queue.queuedIn(lane, 1).length > 0;
    for (let rounds = 0; this.#processes.size > 0 || LANES.some(waits); rounds++) {
      assert(rounds < 1000, "missions do not come to their end");
      for (const [id, process] of this.#processes) this.#exit(id, process, 0);
      await this.#life.settle();
      this.#clock.advance(SECOND_MS);
      await this.#life.settle();
    }
    this.#checked.clear();
    await this.#check();
    const { missions } = this.#life.core.parts.store;
    for (const [id, { acknowledged }] of this.#known) {
      const status = missions.find(id)?.status;
      if (acknowledged) assert(status === "done" || status === "deleting", `mission ${id} ends as ${status}`);
    }
  }

  #anyMission(): MissionId | undefined {
    return this.#random.pick([...this.#known].filter(([, { acknowledged }]) => acknowledged))?.[0];
  }

  #laneNow(name: string): { concurrency: number; paused: boolean } {
    const lane = this.#laneIfAny(name);
    assert(lane !== undefined, `lane ${name} was applied and is gone`);
    return lane;
  }

  #laneIfAny(name: string): { concurrency: number; paused: boolean } | undefined {
    const lane = this.#life.core.engine.lanes.find(name);
    return lane && { concurrency: lane.concurrency, paused: lane.paused };
  }
}

/** Its place among those of its class. */
function waitsSince({ enqueued, time_created }: MissionRow): number {
  return enqueued ?? time_created;
}

function say(process: ScriptedProcess, line: Readonly<Record<string, unknown>>): void {
  process.control?.write(encoder.encode(`${JSON.stringify(line)}\n`));
}
