import { assertEquals, assertObjectMatch } from "@std/assert";
import { toText } from "@std/streams";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { Engine } from "../../../dugdale/engine/engine.ts";
import { Followers } from "../../../dugdale/engine/followers.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import type { EngineParts } from "../../../dugdale/engine/parts.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { type Disk, systemDisk } from "../../../dugdale/host/disk.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import type { Output } from "../../../dugdale/host/output.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import type { Child, ExitStatus, Spawner } from "../../../dugdale/host/spawn.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type { MissionId } from "../../../protocol/names.ts";
import { ids } from "../running.ts";
import { HandClock } from "../hand_clock.ts";
import { newMission } from "../store/samples.ts";

/** A store that remembers how much time each change had, and fails when it is told to. */
class TimedStore extends Store {
  lastDelayMs = -1;

  /** What the next change fails with at its end, once. */
  failure: Error | undefined;

  override write<T>(apply: () => T, delayMs = 0): Promise<T> {
    this.lastDelayMs = delayMs;
    return super.write(() => {
      const result = apply();
      const { failure } = this;
      this.failure = undefined;
      if (failure !== undefined) throw failure;
      return result;
    }, delayMs);
  }
}

const silence: Output = {
  ended: true,
  take() {},
  read: () => Promise.resolve(),
  close() {},
  finish: () => Promise.resolve(),
};

/** Ends a process, with exit code 0 by default. */
type End = (code?: number) => void;

/** Starts nothing: each process ends when the test says so. */
class HandSpawner implements Spawner {
  readonly processStart = (): number => 0;
  readonly #ends: End[] = [];
  #onSpawn: (() => void) | undefined;

  /** Resolves with the end of the next process. */
  async next(): Promise<End> {
    if (this.#ends.length === 0) await new Promise<void>((resolve) => this.#onSpawn = resolve);
    return this.#ends.shift()!;
  }

  spawn(): Promise<Child> {
    let ended = false;
    const { promise: exited, resolve } = Promise.withResolvers<ExitStatus>();
    this.#ends.push((code = 0) => {
      ended = true;
      resolve({ code, signal: null });
    });
    this.#onSpawn?.();
    return Promise.resolve({
      pid: 4711,
      stdout: silence,
      stderr: silence,
      control: undefined,
      get ended() {
        return ended;
      },
      exited,
      groupAlive: () => false,
      remaining: () => [],
      signal: () => false,
    });
  }

  [Symbol.dispose](): void {}
}

/** An engine with a lane `a` on a real store; processes end when the test says so. */
async function withEngine(
  test: (
    parts: { engine: Engine; parts: EngineParts; store: TimedStore; spawner: HandSpawner; clock: HandClock },
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new TimedStore(`${folder}/state.db`, -2000);
    const dataDir = new DataDir(folder);
    dataDir.make();
    using spawner = new HandSpawner();
    const clock = new HandClock({ fromMs: 1000 });
    const followers = new Followers(store);
    const transitions = new Transitions(store, silentLog);
    transitions.listen((transition) => followers.hear(transition));
    const parts = {
      store,
      dataDir,
      spawner,
      clock,
      log: silentLog,
      slots: new Slots(8),
      config: dugdaleConfig({ listen: ":0", dataDir: folder }),
      followers,
      transitions,
    } as unknown as EngineParts;
    using engine = new Engine(parts);
    engine.lanes.set({ lanes: { a: { concurrency: 4 } } });
    await test({ engine, parts, store, spawner, clock });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Engine: the end of a mission is committed with others only while another young one runs", () =>
  withEngine(async ({ engine, store, spawner, clock }) => {
    const start = async (): Promise<{ id: MissionId; end: End }> => {
      const id = ids.mission();
      const mission = newMission({ missionId: id, kind: "exec", input: '{"command":["true"]}' });
      await engine.lanes.write(engine.lanes.find("a"), (turn) => turn.enter(mission));
      return { id, end: await spawner.next() };
    };
    const delayOf = async ({ id, end }: { id: MissionId; end: End }): Promise<number> => {
      const { ended } = engine.find(id)!;
      end();
      await ended;
      assertObjectMatch({ ...store.missions.find(id) }, { outcome: "success" });
      return store.lastDelayMs;
    };

    assertEquals(await delayOf(await start()), 0, "it is alone");
    const [first, second] = [await start(), await start()];
    assertEquals([await delayOf(first), await delayOf(second)], [2, 0], "the second is alone by then");
    const old = await start();
    clock.advance(60_000);
    assertEquals(await delayOf(await start()), 0, "what has run for a minute will not end just now");
    assertEquals(await delayOf(old), 0);
  }));

Deno.test("Engine: a mission with retries runs again in a clean folder, and its events count on", () =>
  withEngine(async ({ engine, parts, store, spawner }) => {
    const missionId = ids.mission();
    const retry = { attempts: 2, backoff: "0", on: ["failed" as const] };
    const mission = newMission({ missionId, kind: "exec", input: '{"command":["true"]}', plan: { retry } });
    await engine.lanes.write(engine.lanes.find("a"), (turn) => turn.enter(mission));
    const end = await spawner.next();
    const stream = parts.followers.events(store.missions.find(missionId)!, 0, true);
    const told = toText(stream);
    const work = parts.dataDir.work(missionId);
    Deno.writeTextFileSync(`${work}/out/left`, "by the first attempt");
    end(3);
    const last = await spawner.next();
    assertEquals([...Deno.readDirSync(`${work}/out`)], []);
    assertEquals(engine.live.map(({ row }) => row.attempt), [2]);
    last(4);
    const events = (await told).trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(events.map(({ event, seq }) => [event, seq]), [
      ["queued", 1],
      ["running", 2],
      ["attempt", 3],
      ["running", 4],
      ["done", 5],
    ]);
    assertObjectMatch(events[4], { outcome: "failed", exit_code: 4 });
    const again = await new Response(parts.followers.events(store.missions.find(missionId)!, 0, false))
      .text();
    assertEquals(again, await told, "what is read later is what was told");
  }));

Deno.test("Engine: the folder of an attempt is tidied before the next one makes its own", () =>
  withEngine(async ({ engine, parts, spawner }) => {
    const order: string[] = [];
    const disk: Disk = {
      ...systemDisk,
      empty: async (path) => {
        order.push("begins to tidy");
        // What is wrong would happen meanwhile.
        await new Promise((resolve) => setTimeout(resolve, 200));
        await systemDisk.empty(path);
        order.push("is tidy");
      },
    };
    Object.assign(parts, { dataDir: new DataDir(parts.dataDir.root, disk) });
    const missionId = ids.mission();
    const retry = { attempts: 2, backoff: "0", on: ["failed" as const] };
    const mission = newMission({ missionId, kind: "exec", input: '{"command":["true"]}', plan: { retry } });
    await engine.lanes.write(engine.lanes.find("a"), (turn) => turn.enter(mission));
    const end = await spawner.next();
    Deno.writeTextFileSync(`${parts.dataDir.work(missionId)}/tmp/left`, "by the first attempt");
    end(3);
    const last = await spawner.next();
    order.push("runs again");
    const { ended } = engine.find(missionId)!;
    last();
    await ended;
    assertEquals(order, ["begins to tidy", "is tidy", "runs again"]);
  }));

Deno.test("Engine: a shutdown waits a second for the removal of temporary files, and then ends it", () =>
  withEngine(async ({ engine, parts, spawner, clock }) => {
    const aborted = Promise.withResolvers<void>();
    const disk: Disk = {
      ...systemDisk,
      empty: (_, signal) => {
        signal?.addEventListener("abort", () => aborted.resolve());
        return aborted.promise;
      },
    };
    Object.assign(parts, { dataDir: new DataDir(parts.dataDir.root, disk) });
    const missionId = ids.mission();
    const mission = newMission({ missionId, kind: "exec", input: '{"command":["true"]}' });
    await engine.lanes.write(engine.lanes.find("a"), (turn) => turn.enter(mission));
    const end = await spawner.next();
    Deno.writeTextFileSync(`${parts.dataDir.work(missionId)}/tmp/left`, "much");
    const { ended } = engine.find(missionId)!;
    end();
    await ended;
    assertEquals(engine.live, [], "it does not count as running any more");
    engine.lanes.stop();
    const idle = engine.idle();
    await clock.timer(1000);
    clock.advance(1000);
    await idle;
  }));

Deno.test("Engine: a run whose end has to be written again can be found meanwhile, also when a next attempt was picked up", () =>
  withEngine(async ({ engine, store, spawner, parts }) => {
    const missionId = ids.mission();
    const retry = { attempts: 2, backoff: "0", on: ["failed" as const] };
    const mission = newMission({ missionId, kind: "exec", input: '{"command":["true"]}', plan: { retry } });
    await engine.lanes.write(engine.lanes.find("a"), (turn) => turn.enter(mission));
    const end = await spawner.next();
    const retried = Promise.withResolvers<unknown>();
    Object.assign(parts, {
      log: { ...silentLog, warn: () => retried.resolve(engine.find(missionId)?.row.attempt) },
    });
    store.failure = Object.assign(new Error("full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
    end(3);
    assertEquals(await retried.promise, 1);
    const last = await spawner.next();
    const { ended } = engine.find(missionId)!;
    last();
    await ended;
    assertObjectMatch({ ...store.missions.find(missionId) }, { outcome: "success", attempt: 2 });
  }));
