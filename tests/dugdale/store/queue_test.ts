import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { MissionId } from "../../../protocol/names.ts";
import type { NewMission } from "../../../dugdale/store/mission_row.ts";
import { TurnTaker } from "../../../dugdale/store/queue.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";
import { ending, newMission } from "./samples.ts";

async function withStore(test: (store: Store, file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    await test(store, `${folder}/state.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds missions in this order and answers their ids. */
function insert(store: Store, missions: readonly Partial<NewMission>[]): Promise<MissionId[]> {
  return store.write(() =>
    missions.map((more) => {
      const missionId = ids.mission();
      store.missions.insert(newMission({ missionId, ...more }));
      return missionId;
    })
  );
}

/** Claims so many and answers their ids, and when the next one is due. */
function claim(store: Store, limit: number, nowMs: number): Promise<[MissionId[], number]> {
  return store.write(() => {
    const { missions, nextDueMs } = store.missions.queue.claim("a", limit, nowMs);
    return [missions.map((row) => row.mission_id), nextDueMs];
  });
}

Deno.test("MissionQueue.claim() takes high before normal before low, and the oldest of each first", () =>
  withStore(async (store) => {
    const entered = await insert(store, [
      { class: 2, createdMs: 1 },
      { class: 1, createdMs: 3 },
      { class: 1, createdMs: 2 },
      { class: 0, createdMs: 4 },
    ]);
    const [low, late, early, high] = entered;
    assertEquals(await claim(store, 9, 5), [[high, early, late, low], Infinity]);
  }));

Deno.test("MissionQueue.claim() leaves a mission alone until its time to run, then as if it had come at that time", () =>
  withStore(async (store) => {
    const [due, later] = await insert(store, [{ runAtMs: 100 }, { runAtMs: 300 }]);
    assertEquals(await claim(store, 9, 99), [[], 100]);
    const [before, after] = await insert(store, [{ createdMs: 50 }, { createdMs: 150 }]);
    assertEquals(await claim(store, 1, 200), [[before], 300]);
    assertEquals(await claim(store, 9, 200), [[due, after], 300]);
    assertEquals(await claim(store, 9, 300), [[later], Infinity]);
    assertEquals(store.missions.find(due!)?.time_created, 1, "its creation stays");
  }));

Deno.test("MissionQueue.nextDueMs() knows what an earlier daemon has left, and is right again after an undone change", () =>
  withStore(async (store, file) => {
    await insert(store, [{ runAtMs: 100 }]);
    using next = new Store(file, -2000);
    assertEquals(next.missions.queue.nextDueMs("a"), 100);
    assertEquals(next.missions.queue.nextDueMs("b"), Infinity);
    const undone = store.write(() => {
      store.missions.queue.claim("a", 9, 100);
      throw new RangeError("no");
    });
    await undone.catch(() => store.missions.queue.forget());
    assertEquals((await claim(store, 9, 100))[0].length, 1);
  }));

Deno.test("MissionQueue.queuedIn() has what waits in a lane, also for a time, and no more than asked for", () =>
  withStore(async (store) => {
    await insert(store, [{}, { runAtMs: 100 }, { lane: "b" }]);
    await store.write(() => store.missions.insertRunning(newMission()));
    const lanes = store.missions.queue.queuedIn("a", 9).map((row) => [row.lane, row.status, row.run_at]);
    assertEquals(lanes, [["a", "queued", null], ["a", "queued", 100]]);
    assertEquals(store.missions.queue.queuedIn("a", 1).length, 1);
  }));

Deno.test("MissionQueue picks along its index, without sorting a long queue", () =>
  withStore((_, file) => {
    using other = new DatabaseSync(file);
    const plan = (sql: string): string =>
      other.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => row.detail).join("; ");
    const pick = plan(`
      SELECT id FROM missions WHERE status = 'queued' AND run_at IS NULL AND lane = ?
      ORDER BY class, coalesce(enqueued, time_created), mission_id LIMIT ?`);
    assertMatch(pick, /USING (COVERING )?INDEX missions_queued \(lane=\?\)$/);
    const due = plan(
      "SELECT min(run_at) FROM missions WHERE status = 'queued' AND run_at IS NOT NULL AND lane = ?",
    );
    assertMatch(due, /INDEX missions_due \(lane=\?/);
    return Promise.resolve();
  }));

Deno.test("Missions.requeue() keeps the attempt and its events, and numbers those of the next one after them", () =>
  withStore(async (store) => {
    const [id] = await insert(store, [{ createdMs: 1 }]);
    const again = await store.write(() => {
      const { missions: [row] } = store.missions.queue.claim("a", 1, 5);
      store.missions.start(row!.id, 77, 1, 6);
      store.missions.addProgress(row!.id, 3, '{"seq":3}');
      const running = store.missions.running()[0]!;
      const end = {
        ending: ending("failed", { failReason: "explicit" }),
        nowMs: 10,
        runAtMs: 40,
        start: undefined,
      };
      const queued = store.missions.requeue(running, end);
      assertEquals(store.missions.requeue(running, end), undefined, "only once");
      return queued!;
    });
    assertEquals([again.status, again.attempt, again.run_at, again.running_seq], ["queued", 2, 40, 5]);
    const lines = [...store.missions.progressAfter(again.id, 0)];
    assertEquals(lines.map(({ line }) => JSON.parse(line)), [
      { event: "running", seq: 2, time: 6, pid: 77, time_started: 6 },
      { seq: 3 },
      {
        event: "attempt",
        seq: 4,
        time: 10,
        attempt: 1,
        outcome: "failed",
        fail_reason: "explicit",
        next_attempt_at: 40,
      },
    ]);
    assertEquals(await claim(store, 1, 39), [[], 40]);
    assertEquals(await claim(store, 1, 40), [[id], Infinity]);
    const seqs = await store.write(() => {
      const [row] = store.missions.running();
      store.missions.start(row!.id, 78, 1, 41);
      return store.missions.finish(row!, ending("success"), 50)?.done_seq;
    });
    assertEquals(seqs, 6);
  }));

Deno.test("Missions.requeue() of a mission without a process, and one that may run at once, waits in its class", () =>
  withStore(async (store) => {
    await insert(store, [{ createdMs: 1 }, { createdMs: 8 }]);
    const again = await store.write(() => {
      const { missions: [row] } = store.missions.queue.claim("a", 1, 5);
      return store.missions.requeue(row!, {
        ending: ending("crashed"),
        nowMs: 10,
        runAtMs: 10,
        start: undefined,
      })!;
    });
    assertEquals([again.run_at, again.enqueued, again.running_seq], [null, 10, 3]);
    assertEquals([...store.missions.progressAfter(again.id, 0)].map(({ seq }) => seq), [2]);
    const [claimed] = await claim(store, 9, 10);
    assertEquals(claimed.at(-1), again.mission_id, "behind what has come meanwhile");
    const done = await store.write(() =>
      store.missions.finish(again.id === 1 ? store.missions.running()[0]! : again, ending("lost"), 12)
    );
    assertEquals(done?.done_seq, 3);
  }));

Deno.test("L6: TurnTaker.take() gives three classes 6, 3 and 2 of 11 turns, spread out", () => {
  const turns = new TurnTaker();
  const drawn = Array.from({ length: 20_000 }, () => turns.take([9, 9, 9], 1)[0]!);
  const share = (rank: number) => drawn.filter((taken) => taken === rank).length / drawn.length;
  assertEquals([0, 1, 2].map((rank) => Math.round(share(rank) * 110) / 10), [6, 3, 2]);
  assert(longestGap(drawn, 2) <= 7, `a gap of ${longestGap(drawn, 2)}`);
});

Deno.test("L6: TurnTaker.take() gives the turns of a class without missions to the others, and saves none up", () => {
  const turns = new TurnTaker();
  const share = (waiting: readonly number[], rank: number) =>
    Array.from({ length: 900 }, () => turns.take(waiting, 1)[0]).filter((taken) => taken === rank).length;
  assertEquals(share([9, 9, 0], 0), 600);
  assertEquals(turns.take([2, 9, 1], 99), [0, 1, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
  assertEquals(turns.take([0, 0, 0], 3), []);
});

Deno.test("L6: MissionQueue.claim() of a lane whose classes take turns starts low missions beside high ones", () =>
  withStore(async (store) => {
    await insert(store, Array(12).fill({ class: 0, createdMs: 1 }));
    await insert(store, Array(12).fill({ class: 2, createdMs: 1 }));
    const turns = new TurnTaker();
    const { missions } = await store.write(() => store.missions.queue.claim("a", 8, 5, { turns }));
    assertEquals(missions.map((row) => row.class), [0, 0, 2, 0, 0, 0, 2, 0]);
  }));

function longestGap(drawn: readonly number[], rank: number): number {
  const places = drawn.flatMap((taken, index) => taken === rank ? [index] : []);
  return Math.max(...places.slice(1).map((place, index) => place - places[index]!));
}
