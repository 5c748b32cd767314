import { assertEquals, assertObjectMatch, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { type Lane, Lanes } from "../../../dugdale/engine/lanes.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type { MissionId } from "../../../protocol/names.ts";
import type { NewMission } from "../../../dugdale/store/mission_row.ts";
import { HandClock } from "../hand_clock.ts";
import { ids } from "../running.ts";
import { newMission } from "../store/samples.ts";

/** A store of which a test can let every change fail at its end. */
class FailingStore extends Store {
  failing = false;

  override write<T>(apply: () => T, delayMs = 0): Promise<T> {
    return super.write(() => {
      const result = apply();
      if (this.failing) throw new RangeError("failing");
      return result;
    }, delayMs);
  }
}

/** A clock that a test turns by hand, and whose wall clock it can set. */
class SettableClock extends HandClock {
  offsetMs = 0;

  override wallMs(): number {
    return super.wallMs() + this.offsetMs;
  }
}

/** A lane `a` on a real store, and what becomes of the missions that it picks up. */
interface Parts {
  readonly store: FailingStore;
  readonly clock: SettableClock;
  readonly lanes: Lanes;
  readonly lane: Lane;
  readonly started: MissionId[];
  readonly withdrawn: MissionId[];
}

async function withLane(concurrency: number, test: (parts: Parts) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const clock = new SettableClock({ wallMs: 1_700_000_000_000 });
    using store = new FailingStore(`${folder}/state.db`, -2000);
    const transitions = new Transitions(store, silentLog);
    const started: MissionId[] = [], withdrawn: MissionId[] = [];
    using lanes = new Lanes({ store, transitions, clock, log: silentLog }, ({ mission_id }) => ({
      start: () => void started.push(mission_id),
      withdraw: () => void withdrawn.push(mission_id),
    }));
    lanes.set({ lanes: { a: { concurrency } } });
    await test({ store, clock, lanes, lane: lanes.find("a")!, started, withdrawn });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds a mission to the lane and answers its id, when what was picked up has been started. */
async function enter({ lanes, lane, clock }: Parts, more: Partial<NewMission> = {}): Promise<MissionId> {
  const missionId = ids.mission();
  const mission = newMission({ missionId, createdMs: clock.wallMs(), ...more });
  await lanes.write(lane, (turn) => turn.enter(mission));
  await starts();
  return missionId;
}

/** A wake, the commit of its pickup and the start take a turn each. */
async function starts(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("Lanes: a mission that enters a free lane runs at once; beyond its slots missions wait and follow in order", () =>
  withLane(2, async (parts) => {
    const { store, lanes, lane, started } = parts;
    const entered: MissionId[] = [];
    for (let count = 0; count < 5; count++) entered.push(await enter(parts));
    assertEquals(started, entered.slice(0, 2));
    const row = store.missions.find(entered[0]!)!;
    assertObjectMatch({ ...row }, { status: "running", time_started: row.time_created, pid: 0 });
    assertEquals(entered.map((id) => store.missions.status(id)), [
      "running",
      "running",
      "queued",
      "queued",
      "queued",
    ]);
    const counts = store.missions.unfinished.list().map(({ status, count }) => [status, count]);
    assertEquals(counts, [["running", 2], ["queued", 3]]);
    await lanes.write(lane, (turn) => turn.release());
    await lanes.write(lane, (turn) => turn.release());
    await starts();
    assertEquals([started, lane.inFlight], [entered.slice(0, 4), 2]);
  }));

Deno.test("Lanes: no mission overtakes those that wait when a lane gets room", () =>
  withLane(0, async (parts) => {
    const { lane, started } = parts;
    const waiting = [await enter(parts), await enter(parts)];
    lane.settings = { concurrency: 1 };
    const late = await enter(parts);
    assertEquals(started, waiting.slice(0, 1));
    lane.settings = { concurrency: 3 };
    await enter(parts);
    assertEquals(started, [...waiting, late]);
  }));

Deno.test("Lanes: a change that fails after a mission has entered leaves neither mission nor taken slot", () =>
  withLane(1, async (parts) => {
    const { store, lanes, lane, started, withdrawn } = parts;
    const missionId = ids.mission();
    const failed = lanes.write(lane, (turn) => {
      turn.enter(newMission({ missionId }));
      throw new RangeError("no");
    });
    await assertRejects(() => failed, RangeError, "no");
    assertEquals([started, withdrawn, lane.inFlight], [[], [missionId], 0]);
    assertEquals(store.missions.find(missionId), undefined);
    assertEquals(started, await enter(parts).then((id) => [id]));
  }));

Deno.test("Lanes: a mission with a time to run starts when that time has come, and what comes later does not wait for it", () =>
  withLane(2, async (parts) => {
    const { store, clock, started } = parts;
    const runAtMs = clock.wallMs() + 2500;
    const delayed = await enter(parts, { runAtMs });
    const plain = await enter(parts);
    assertEquals([started, store.missions.status(delayed)], [[plain], "queued"]);
    clock.advance(2499);
    await starts();
    assertEquals(started, [plain]);
    clock.advance(1);
    await starts();
    assertEquals(started, [plain, delayed]);
    assertEquals(store.missions.find(delayed)?.enqueued, runAtMs);
    assertEquals(clock.delays, [], "nothing is waited for any more");
  }));

Deno.test("Lanes: a wall clock that is set forward makes missions due within a second", () =>
  withLane(1, async (parts) => {
    const { clock, started } = parts;
    const delayed = await enter(parts, { runAtMs: clock.wallMs() + 3_600_000 });
    clock.offsetMs = 3_600_000;
    clock.advance(1000);
    await starts();
    assertEquals(started, [delayed]);
  }));

Deno.test("Lanes: a mission that has become due goes before one that comes at that moment", () =>
  withLane(1, async (parts) => {
    const { clock, started } = parts;
    const due = await enter(parts, { runAtMs: clock.wallMs() + 20 });
    clock.offsetMs = 20;
    await enter(parts, { createdMs: clock.wallMs() + 1 });
    assertEquals(started, [due]);
  }));

Deno.test("Lanes: a mission becomes due again when the transaction that had picked it up fails", () =>
  withLane(1, async (parts) => {
    const { store, lanes, lane, clock, started, withdrawn } = parts;
    const due = await enter(parts, { runAtMs: clock.wallMs() + 20 });
    clock.offsetMs = 20;
    const late = newMission({ createdMs: clock.wallMs() + 1 });
    store.failing = true;
    await assertRejects(() => lanes.write(lane, (turn) => turn.enter(late)), RangeError);
    store.failing = false;
    assertEquals([withdrawn, lane.inFlight, store.missions.status(due)], [[due], 0, "queued"]);
    clock.advance(1);
    await starts();
    assertEquals(started, [due]);
  }));
