import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { fireId } from "../../../dugdale/engine/schedules.ts";
import type { DugdaleConfig } from "../../../config/dugdale/config.ts";
import type { ApplyBody } from "../../../protocol/lane.ts";
import type { MissionRecord } from "../../../protocol/mission.ts";
import type { ScheduleRecord, ScheduleSettings } from "../../../protocol/schedule.ts";
import { MemoryDisk } from "../../../testing/memory_disk.ts";
import type { ScriptedProcess } from "../../../testing/scripted_spawner.ts";
import { Life } from "../../sim/life.ts";
import { HandClock } from "../hand_clock.ts";

type Limits = Partial<DugdaleConfig["limits"]>;

const START = Date.UTC(2030, 0, 1);
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** A dugdale with lanes `a` and `b`, a clock turned by hand, and processes that run until they are told to end. */
class World implements AsyncDisposable {
  readonly clock = new HandClock({ wallMs: START });
  readonly processes: ScriptedProcess[] = [];
  readonly #folder: string;
  readonly #disk = new MemoryDisk();
  readonly #limits: Limits;
  life!: Life;

  private constructor(folder: string, limits: Limits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  static async open(
    schedules: Readonly<Record<string, Partial<ScheduleSettings>>> = {},
    limits: Limits = {},
  ): Promise<World> {
    const world = new World(await Deno.makeTempDir(), limits);
    await world.begin();
    await world.apply({ lanes: { a: { concurrency: 5 }, b: { concurrency: 5 } }, schedules: all(schedules) });
    return world;
  }

  /** Starts a dugdale on what the last one left. */
  async begin(): Promise<void> {
    this.processes.length = 0;
    const remains = {
      file: `${this.#folder}/state.db`,
      disk: this.#disk,
      clock: this.clock,
      limits: this.#limits,
    };
    this.life = await Life.begin(remains, (process) => this.processes.push(process));
    await this.life.fire();
    await this.settle();
  }

  /** Ends the process as SIGKILL does, lets the time pass, and starts it again. */
  async crash(ms = 0): Promise<void> {
    this.life.crash();
    await this.pass(ms);
    await this.begin();
  }

  async apply(body: ApplyBody, query = ""): Promise<Record<string, unknown>> {
    const reply = await this.send("POST", `/v1/admin/apply${query}`, body);
    assertEquals(reply.status, 200, reply.text);
    return JSON.parse(reply.text);
  }

  async send(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const reply = await this.life.send(method, path, { body });
    assert(reply !== undefined);
    await this.settle();
    return reply;
  }

  async post(path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await this.send("POST", path, body);
    assert(status < 300, text);
    return JSON.parse(text);
  }

  async schedule(name = "s"): Promise<ScheduleRecord> {
    const { status, text } = await this.send("GET", `/v1/schedules/${name}`);
    assertEquals(status, 200, text);
    return JSON.parse(text);
  }

  /** The missions, the oldest first. */
  async missions(): Promise<MissionRecord[]> {
    const { text } = await this.send("GET", "/v1/missions?limit=1000");
    return (JSON.parse(text).missions as MissionRecord[]).reverse();
  }

  /** The times that missions were made for, in seconds from the start. */
  async fires(): Promise<number[]> {
    const times = (await this.missions()).map(({ scheduled_for }) => (scheduled_for ?? NaN) - START);
    return times.map((ms) => ms / 1000).sort((a, b) => a - b);
  }

  /** Lets the time pass in steps, the last ones short. */
  async pass(ms: number, stepMs: number = 20_000): Promise<void> {
    const endMs = this.clock.steadyMs() + ms;
    for (let left = ms; left > 0; left = endMs - this.clock.steadyMs()) {
      this.clock.advance(Math.min(left, left > 3000 ? Math.min(left - 3000, stepMs) : 500));
      await this.settle();
    }
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    for (const process of this.processes.splice(0)) process.exit({ code: 0, signal: null });
    await this.settle();
  }

  async settle(): Promise<void> {
    if (!this.life.dead) await this.life.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.life.crash();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function all(
  schedules: Readonly<Record<string, Partial<ScheduleSettings>>>,
): Record<string, ScheduleSettings> {
  return Object.fromEntries(
    Object.entries(schedules).map(([name, own]) => [name, { lane: "a", mission: "m", ...own }]),
  );
}

Deno.test("L8 a schedule fires at its times, once each, and the missions know of it", async () => {
  await using world = await World.open({ s: { every: "10m", input: { n: 9 }, overlap: "allow" } });
  assertEquals(await world.missions(), []);
  const { next_at, due_at, fired } = await world.schedule();
  assertEquals([next_at, due_at, fired], [START + 10 * MINUTE, START + 10 * MINUTE, 0]);
  await world.pass(31 * MINUTE, 1000);
  const missions = await world.missions();
  assertEquals(
    missions.map(({ scheduled_for }) => scheduled_for),
    [10, 20, 30].map((m) => START + m * MINUTE),
  );
  for (const { schedule, lane, mission_name, input, time_created, scheduled_for } of missions) {
    assertEquals([schedule, lane, mission_name, input], ["s", "a", "m", { n: 9 }]);
    assert(time_created >= scheduled_for! && time_created <= scheduled_for! + 1100, "not early, not late");
  }
  const after = await world.schedule();
  assertEquals([after.fired, after.skipped, after.last_at], [3, 0, START + 30 * MINUTE]);
  assertEquals(after.last_mission_id, missions.at(-1)?.mission_id);
});

Deno.test("a dugdale without schedules has no timer for them and no library", async () => {
  await using world = await World.open();
  const before = world.clock.delays.length;
  await world.apply({ lanes: { a: { concurrency: 5 } }, schedules: all({ s: { every: "10m" } }) });
  assertEquals(world.clock.delays.length, before + 1);
  await world.apply({ lanes: { a: { concurrency: 5 } }, schedules: { s: null } });
  await world.pass(2000);
  assertEquals(world.clock.delays.length, before);
});

Deno.test("D2 N7 a fire is one transaction: the process killed at each commit of it makes one mission", async () => {
  for (const after of [false, true]) {
    for (let commits = 0; commits < 4; commits++) {
      await using world = await World.open({ s: { every: "10m" } });
      world.life.die({ commits, after });
      await world.pass(11 * MINUTE);
      if (!world.life.dead) world.life.crash();
      await world.begin();
      await world.pass(2000);
      assertEquals(await world.fires(), [600], `killed ${after ? "after" : "before"} commit ${commits}`);
      const { next_at, fired, last_at } = await world.schedule();
      assertEquals([next_at, fired, last_at], [START + 20 * MINUTE, 1, START + 10 * MINUTE]);
    }
  }
});

for (
  const [missed, expected, skipped] of [
    ["skip", [], 5],
    ["once", [5 * 600], 4],
    ["all", [600, 1200, 1800, 2400, 3000], 0],
  ] as const
) {
  Deno.test(`missed: ${missed} decides about the times while the dugdale was stopped`, async () => {
    await using world = await World.open({ s: { every: "10m", missed, overlap: "allow" } });
    await world.crash(58 * MINUTE);
    await world.pass(3000);
    assertEquals(await world.fires(), [...expected]);
    assertEquals([(await world.schedule()).skipped, (await world.schedule()).next_at], [
      skipped,
      START + HOUR,
    ]);
    await world.pass(3 * MINUTE);
    assertEquals(await world.fires(), [...expected, 3600]);
  });

  Deno.test(`missed: ${missed} decides about the times of a pause when it is continued`, async () => {
    await using world = await World.open({ s: { every: "10m", missed, overlap: "allow" } });
    await world.post("/v1/schedules/s/pause", {});
    await world.pass(58 * MINUTE);
    assertEquals(await world.fires(), []);
    await world.post("/v1/schedules/s/continue");
    await world.pass(1000);
    assertEquals(await world.fires(), [...expected]);
  });
}

Deno.test("missed: skip fires a time that is a little late", async () => {
  await using world = await World.open({ s: { every: "10m", missed: "skip" } });
  await world.crash(10 * MINUTE + 50_000);
  await world.pass(1000);
  assertEquals(await world.fires(), [600]);
});

Deno.test("missed: all fires the last hundred of very many", async () => {
  await using world = await World.open({ s: { every: "1s", missed: "all", overlap: "allow" } });
  world.life.crash();
  world.clock.suspend(DAY);
  await world.begin();
  const fires = await world.fires();
  assertEquals([fires.length >= 100, fires[0]! >= DAY / 1000 - 100], [true, true]);
});

Deno.test("a wall clock that is set forward fires once, and one that is set back fires nothing again", async () => {
  await using world = await World.open({ s: { every: "10m", overlap: "allow" } });
  await world.pass(10 * MINUTE);
  world.clock.setWall(HOUR);
  await world.pass(2000);
  assertEquals(await world.fires(), [600, 4200]);
  world.clock.setWall(-2 * HOUR);
  await world.pass(2 * HOUR + 9 * MINUTE - 3000, 10_000);
  assertEquals(await world.fires(), [600, 4200]);
  await world.pass(2 * MINUTE);
  assertEquals(await world.fires(), [600, 4200, 4800]);
});

Deno.test("a time that was fired is not fired again by a schedule that is changed after the clock was set back", async () => {
  await using world = await World.open({ s: { every: "10m", overlap: "allow" } });
  await world.pass(10 * MINUTE);
  world.clock.setWall(-5 * MINUTE);
  const schedules = all({ s: { every: "10m", overlap: "allow", input: { other: true } } });
  await world.apply({ lanes: { a: { concurrency: 5 } }, schedules });
  assertEquals((await world.schedule()).next_at, START + 10 * MINUTE);
  await world.pass(6 * MINUTE);
  const { next_at, last_error, fired } = await world.schedule();
  assertEquals([await world.fires(), next_at, last_error, fired], [[600], START + 20 * MINUTE, undefined, 1]);
});

Deno.test("a schedule whose lane is full is tried again until there is room, and says why it waits", async () => {
  await using world = await World.open({ s: { every: "10m", overlap: "allow" } }, { maxQueuePerLane: 1 });
  await world.pass(20 * MINUTE + 1000);
  const waiting = await world.schedule();
  assertEquals([await world.fires(), waiting.skipped, waiting.next_at], [[600], 0, START + 20 * MINUTE]);
  assertMatch(waiting.last_error ?? "", /lane "a" has 1 unfinished missions, 1 are allowed/);
  await world.end();
  await world.pass(2000);
  assertEquals([await world.fires(), (await world.schedule()).last_error], [[600, 1200], undefined]);
});

Deno.test("overlap: skip waits for the mission that was started last, and counts what it left out", async () => {
  await using world = await World.open({ s: { every: "10m" } });
  await world.pass(31 * MINUTE);
  assertEquals([await world.fires(), (await world.schedule()).skipped], [[600], 2]);
  await world.end();
  await world.pass(10 * MINUTE);
  assertEquals(await world.fires(), [600, 2400]);
});

Deno.test("overlap: skip is never stuck: a mission that was killed, deleted or lost does not hold it up", async () => {
  await using world = await World.open({ s: { every: "10m" } });
  await world.pass(10 * MINUTE + 1000);
  const [first] = await world.missions();
  await world.post(`/v1/missions/${first?.mission_id}/kill`);
  await world.end();
  await world.pass(10 * MINUTE);
  const second = (await world.missions()).at(-1);
  assertEquals(second?.scheduled_for, START + 20 * MINUTE);
  const deleting = world.life.send("DELETE", `/v1/missions/${second?.mission_id}?force=true`);
  await world.settle();
  await world.end();
  assertEquals((await deleting)?.status, 202);
  await world.pass(10 * MINUTE);
  assertEquals((await world.schedule()).last_at, START + 30 * MINUTE);
  await world.crash();
  await world.pass(10 * MINUTE);
  assertEquals((await world.schedule()).last_at, START + 40 * MINUTE);
});

Deno.test("overlap: replace ends the last mission, and fires when it has ended", async () => {
  await using world = await World.open({ s: { every: "10m", overlap: "replace" } });
  await world.pass(10 * MINUTE + 2000, 1000);
  const [process] = world.processes;
  assert(process !== undefined);
  assertEquals(process.signal.aborted, false);
  await world.pass(10 * MINUTE, 1000);
  assertEquals(await world.fires(), [600, 1200]);
  assertEquals((await world.missions()).map(({ outcome }) => outcome), ["killed", undefined]);
});

Deno.test("overlap: replace takes the place of a mission that still waits", async () => {
  await using world = await World.open({ s: { every: "10m", overlap: "replace" } });
  await world.post("/v1/admin/lanes/a/pause");
  await world.pass(20 * MINUTE + 2000);
  const missions = await world.missions();
  assertEquals(missions.map(({ outcome, status }) => outcome ?? status), ["killed", "queued"]);
});

Deno.test("a pause knows who and why, outlives an apply and a restart, and keeps its first reason", async () => {
  await using world = await World.open({ s: { every: "10m" } });
  const body = { who: "ada", reason: "the report is wrong" };
  const paused = await world.post("/v1/schedules/s/pause", body) as ScheduleRecord;
  assertEquals([paused.paused, paused.pause], [true, { by: "ctl", ...body, at: paused.pause!.at }]);
  await world.post("/v1/schedules/s/pause", { who: "ben" });
  await world.apply({ lanes: { a: { concurrency: 5 } }, schedules: all({ s: { every: "20m" } }) });
  await world.crash(HOUR);
  assertEquals([(await world.schedule()).pause?.who, await world.fires()], ["ada", []]);
  const after = await world.post("/v1/schedules/s/continue") as ScheduleRecord;
  assertEquals([after.paused, after.pause], [false, undefined]);
});

Deno.test("a pause of the file goes with the file", async () => {
  await using world = await World.open({ s: { every: "10m", paused: true } });
  assertEquals((await world.schedule()).pause?.by, "yaml");
  await world.pass(15 * MINUTE);
  assertEquals(await world.fires(), []);
  await world.apply({ lanes: { a: { concurrency: 5 } }, schedules: all({ s: { every: "10m" } }) });
  await world.pass(1000);
  assertEquals(await world.fires(), [600], "the missed time is decided when it is continued");
});

Deno.test("an apply that changes nothing keeps the next time, one that changes the times counts from now", async () => {
  await using world = await World.open({ s: { every: "10m", jitter: "5m" } });
  const before = await world.schedule();
  await world.pass(MINUTE);
  const lanes = { a: { concurrency: 5 }, b: { concurrency: 5 } };
  const same = await world.apply({ lanes, schedules: all({ s: { jitter: "5m", every: "10m" } }) });
  assertEquals(same.schedules, { added: [], changed: [], removed: [] });
  assertEquals(await world.schedule(), before);
  const other = await world.apply({ lanes, schedules: all({ s: { every: "3m" }, t: { every: "1h" } }) });
  assertEquals(other.schedules, { added: ["t"], changed: ["s"], removed: [] });
  assertEquals((await world.schedule()).next_at, START + 3 * MINUTE);
});

Deno.test("N1 an apply that does not know schedules keeps them; pruning takes those that are not named, or have no lane", async () => {
  const lanes = { a: { concurrency: 5 }, b: { concurrency: 5 } };
  await using world = await World.open({ s: { every: "10m" }, t: { every: "10m", lane: "b" } });
  const names = async () =>
    (JSON.parse((await world.send("GET", "/v1/schedules")).text).schedules as ScheduleRecord[]).map((
      { name },
    ) => name);
  assertEquals((await world.apply({ lanes })).schedules, undefined);
  await world.apply({ lanes }, "?prune=true");
  await world.apply({ lanes, schedules: all({ s: { every: "10m" } }) });
  await world.post("/v1/admin/lanes/a/pause");
  await world.post("/v1/admin/lanes/a/continue");
  assertEquals(await names(), ["s", "t"]);
  await world.apply({ lanes: { a: { concurrency: 5 } } }, "?prune=true");
  assertEquals(await names(), ["s"]);
  await world.apply({ lanes, schedules: all({ u: { every: "10m" } }) }, "?prune=true");
  assertEquals(await names(), ["u"]);
  const removed = await world.apply({ lanes, schedules: { u: null } });
  assertEquals([removed.schedules, await names()], [{ added: [], changed: [], removed: ["u"] }, []]);
  await world.pass(HOUR);
  assertEquals(await world.fires(), []);
});

Deno.test("the applied state tells the schedules as they were sent, with numbers of any length", async () => {
  await using world = await World.open();
  const body =
    `{"lanes":{"a":{"concurrency":1}},"schedules":{"s":{"lane":"a","mission":"m","every":"1h","input":{"n":12345678901234567890}}}}`;
  const reply = await world.life.send("POST", "/v1/admin/apply", { raw: body });
  assertEquals(reply?.status, 200, reply?.text);
  const { text } = await world.send("GET", "/v1/admin/state");
  assertMatch(text, /"schedules":\{"s":\{[^}]*"input":\{"n":12345678901234567890\}/);
  await world.post("/v1/schedules/s/pause", {});
  assertMatch((await world.send("GET", "/v1/admin/state")).text, /"s":\{"paused":true,/);
});

Deno.test("jitter makes each fire late by its own share, which a crash does not change", async () => {
  await using world = await World.open({ s: { every: "10m", jitter: "5m", overlap: "allow" } });
  const due = (await world.schedule()).due_at! - START;
  assert(due > 10 * MINUTE && due < 15 * MINUTE, `due after ${due} ms`);
  await world.crash(due - 2000);
  assertEquals([(await world.schedule()).due_at! - START, await world.fires()], [due, []]);
  await world.pass(4000, 1000);
  assertEquals(await world.fires(), [600]);
  assertNotEquals((await world.schedule()).due_at! - START - 20 * MINUTE, due - 10 * MINUTE);
});

Deno.test("until ends a schedule", async () => {
  await using world = await World.open({
    s: { every: "10m", until: "2030-01-01T00:25:00Z", overlap: "allow" },
  });
  await world.pass(HOUR);
  assertEquals(await world.fires(), [600, 1200]);
  const { next_at, due_at } = await world.schedule();
  assertEquals([next_at, due_at], [undefined, undefined]);
});

Deno.test("a schedule that is run by hand keeps its times, and its mission counts as the last one", async () => {
  await using world = await World.open({ s: { every: "10m" } });
  await world.pass(MINUTE);
  const { mission_id } = await world.post("/v1/schedules/s/run") as { mission_id: string };
  const { last_mission_id, next_at, fired } = await world.schedule();
  assertEquals([last_mission_id, next_at, fired], [mission_id, START + 10 * MINUTE, 1]);
  const [mission] = await world.missions();
  assertEquals(mission?.schedule, "s");
  await world.pass(10 * MINUTE);
  assertEquals((await world.schedule()).skipped, 1);
});

Deno.test("the coming times are told also of a schedule that is paused, and end with it", async () => {
  await using world = await World.open({
    s: { cron: "0 12 * * *", tz: "Europe/Berlin", until: "2030-01-04" },
  });
  await world.post("/v1/schedules/s/pause", {});
  const { text } = await world.send("GET", "/v1/schedules/s/next?count=10");
  const times = [0, 1, 2].map((day) => START + day * DAY + 11 * HOUR);
  assertEquals(JSON.parse(text), { times, tz: "Europe/Berlin" });
  assertEquals(JSON.parse((await world.send("GET", "/v1/schedules/s/next?count=1")).text).times.length, 1);
});

Deno.test("fireId() is a UUIDv7 of the time of the fire, another one for each schedule", () => {
  assertMatch(fireId("a", START), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertEquals(fireId("a", START), fireId("a", START));
  assertEquals(new Set([fireId("a", START), fireId("b", START), fireId("a", START + 1)]).size, 3);
});
