import { assertEquals, assertObjectMatch } from "@std/assert";
import { dugdaleConfig } from "../../../config/dugdale/config.ts";
import { Engine } from "../../../dugdale/engine/engine.ts";
import { Followers } from "../../../dugdale/engine/followers.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import type { EngineParts } from "../../../dugdale/engine/parts.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import type { Output } from "../../../dugdale/host/output.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import type { Child, ExitStatus, Spawner } from "../../../dugdale/host/spawn.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type { MissionId } from "../../../protocol/names.ts";
import { ids } from "../running.ts";
import { newMission } from "../store/samples.ts";

/** A store that remembers how much time each change had. */
class TimedStore extends Store {
  lastDelayMs = -1;

  override write<T>(apply: () => T, delayMs = 0): Promise<T> {
    this.lastDelayMs = delayMs;
    return super.write(apply, delayMs);
  }
}

const silence: Output = { ended: true, take() {}, read: () => Promise.resolve(), close() {} };

/** Starts nothing: each process ends when the test says so. */
class HandSpawner implements Spawner {
  readonly #ends: (() => void)[] = [];
  #onSpawn: (() => void) | undefined;

  /** Resolves with the end of the next process. */
  async next(): Promise<() => void> {
    if (this.#ends.length === 0) await new Promise<void>((resolve) => this.#onSpawn = resolve);
    return this.#ends.shift()!;
  }

  spawn(): Promise<Child> {
    let ended = false;
    const { promise: exited, resolve } = Promise.withResolvers<ExitStatus>();
    this.#ends.push(() => {
      ended = true;
      resolve({ code: 0, signal: null });
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
      signal: () => false,
    });
  }

  [Symbol.dispose](): void {}
}

Deno.test("Engine: the end of a mission waits for company only while another young one runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new TimedStore(`${folder}/state.db`, -2000);
    const dataDir = new DataDir(folder);
    dataDir.make();
    using spawner = new HandSpawner();
    let steadyMs = 0;
    const parts = {
      store,
      dataDir,
      spawner,
      clock: { wallMs: () => 9, steadyMs: () => steadyMs },
      log: silentLog,
      slots: new Slots(8),
      config: dugdaleConfig({ listen: ":0", dataDir: folder }),
      followers: new Followers(store),
      transitions: new Transitions(store, silentLog),
    } as unknown as EngineParts;
    using engine = new Engine(parts);
    engine.lanes.set({ a: { concurrency: 4 } });
    const start = async (): Promise<{ id: MissionId; end: () => void }> => {
      const id = ids.mission();
      const mission = newMission({ missionId: id, kind: "exec", input: '{"command":["true"]}' });
      await engine.lanes.write(engine.lanes.find("a"), (turn) => turn.enter(mission));
      return { id, end: await spawner.next() };
    };
    const delayOf = async ({ id, end }: { id: MissionId; end: () => void }): Promise<number> => {
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
    steadyMs += 60_000;
    assertEquals(await delayOf(await start()), 0, "what has run for a minute will not end just now");
    assertEquals(await delayOf(old), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
