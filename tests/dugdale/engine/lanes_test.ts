import { assertEquals, assertObjectMatch, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { type Lane, Lanes } from "../../../dugdale/engine/lanes.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type { MissionId } from "../../../protocol/names.ts";
import { ids } from "../running.ts";
import { newMission } from "../store/samples.ts";

/** A lane `a` on a real store, and what becomes of the missions that it picks up. */
interface Parts {
  readonly store: Store;
  readonly lanes: Lanes;
  readonly lane: Lane;
  readonly started: MissionId[];
  readonly withdrawn: MissionId[];
}

async function withLane(concurrency: number, test: (parts: Parts) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const transitions = new Transitions(store, silentLog);
    const started: MissionId[] = [], withdrawn: MissionId[] = [];
    using lanes = new Lanes({ store, transitions, clock: systemClock, log: silentLog }, ({ mission_id }) => ({
      start: () => void started.push(mission_id),
      withdraw: () => void withdrawn.push(mission_id),
    }));
    lanes.set({ a: { concurrency } });
    await test({ store, lanes, lane: lanes.find("a")!, started, withdrawn });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds a mission to the lane and answers its id, when what was picked up has been started. */
async function enter({ lanes, lane }: Parts): Promise<MissionId> {
  const missionId = ids.mission();
  await lanes.write(lane, (turn) => turn.enter(newMission({ missionId, createdMs: Date.now() })));
  await starts();
  return missionId;
}

/** A start comes at the end of the turn in which its pickup has reached the disk. */
const starts = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
    const counts = store.missions.unfinished().map(({ status, count }) => [status, count]);
    assertEquals(counts, [["queued", 3], ["running", 2]]);
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
    const { store, lanes, lane, started } = parts;
    const [delayed, plain] = [ids.mission(), ids.mission()];
    const runAtMs = Date.now() + 40;
    await lanes.write(lane, (turn) => turn.enter(newMission({ missionId: delayed, runAtMs })));
    await lanes.write(lane, (turn) => turn.enter(newMission({ missionId: plain })));
    await starts();
    assertEquals([started, store.missions.status(delayed)], [[plain], "queued"]);
    while (started.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals([started[1], Date.now() >= runAtMs], [delayed, true]);
    assertEquals(store.missions.find(delayed)?.enqueued, runAtMs);
  }));

Deno.test("Lanes: a mission that has become due goes before one that comes at that moment", () =>
  withLane(1, async ({ lanes, lane, started }) => {
    const [due, late] = [ids.mission(), ids.mission()];
    const runAtMs = Date.now() + 20;
    await lanes.write(lane, (turn) => turn.enter(newMission({ missionId: due, runAtMs })));
    // The alarm cannot go off while nothing lets it have its turn.
    while (Date.now() < runAtMs);
    await lanes.write(lane, (turn) => turn.enter(newMission({ missionId: late, createdMs: Date.now() + 1 })));
    await starts();
    assertEquals(started, [due]);
  }));
