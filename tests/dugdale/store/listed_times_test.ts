import { assertEquals } from "@std/assert";
import type { LaneAndName } from "../../../dugdale/store/listed_times.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";
import { ending, newMission } from "./samples.ts";

/** A database in memory whose missions were created at these times. */
async function storeOf(
  missions: readonly { lane: string; missionName: string; createdMs: number }[],
): Promise<Store> {
  const store = new Store(":memory:", -2000);
  await store.write(() => {
    for (const mission of missions) {
      store.missions.insert(newMission({ missionId: ids.mission(), ...mission }));
    }
  });
  await store.missions.listedTimes.enter();
  return store;
}

const ANY: LaneAndName = { lane: null, name: null, namePrefix: null };

Deno.test("ListedTimes.find() tells the two seconds in which missions of a lane and a name were created, the latest first", async () => {
  using store = await storeOf([
    { lane: "a", missionName: "report", createdMs: 10_000 },
    { lane: "a", missionName: "report", createdMs: 11_999 },
    { lane: "b", missionName: "report", createdMs: 40_001 },
    { lane: "a", missionName: "import", createdMs: 60_000 },
  ]);
  const { listedTimes } = store.missions;
  const from = (wanted: Partial<LaneAndName>) =>
    listedTimes.find({ ...ANY, ...wanted })?.map(({ fromMs }) => fromMs);
  assertEquals(from({ lane: "a" }), [60_000, 10_000]);
  assertEquals(from({ name: "%POR%" }), [60_000, 40_000, 10_000]);
  assertEquals(from({ lane: "a", namePrefix: "rep%" }), [10_000]);
  assertEquals(from({ lane: "c" }), []);
});

Deno.test("ListedTimes.find() helps only where missions are rare", async () => {
  const missions = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ lane: "a", missionName: "m", createdMs: index * 2000 }));
  using rare = await storeOf(missions(2000));
  assertEquals(rare.missions.listedTimes.find({ ...ANY, lane: "a" })?.length, 2000);
  using frequent = await storeOf(missions(2001));
  assertEquals(frequent.missions.listedTimes.find({ ...ANY, lane: "a" }), undefined);
});

Deno.test("ListedTimes.enter() enters more missions than one transaction takes", async () => {
  const missions = Array.from(
    { length: 10_000 },
    (_, index) => ({ lane: `lane${index % 7}`, missionName: "m", createdMs: index }),
  );
  using store = await storeOf([...missions, { lane: "last", missionName: "m", createdMs: 90_000 }]);
  assertEquals(store.missions.listedTimes.find({ ...ANY, lane: "last" }), [{ fromMs: 90_000, toMs: 92_000 }]);
  assertEquals(store.missions.listedTimes.find({ ...ANY, lane: "lane6" })?.length, 5);
});

Deno.test("ListedTimes.tidy() removes what has no missions any more, and keeps the rest", async () => {
  using store = await storeOf([
    { lane: "old", missionName: "m", createdMs: 1000 },
    { lane: "kept", missionName: "m", createdMs: 9000 },
  ]);
  const { missions } = store;
  await store.write(() => {
    const [row] = missions.queue.claim("old", 1, 10).missions;
    missions.finish(row!, ending("success"), 20);
    missions.markDeleting(row!.id);
    missions.retention.remove(row!.id);
  });
  assertEquals(missions.listedTimes.find({ ...ANY, lane: "old" })?.length, 1);
  await missions.listedTimes.tidy(new AbortController().signal);
  assertEquals(missions.listedTimes.find({ ...ANY, lane: "old" }), []);
  assertEquals(missions.listedTimes.find({ ...ANY, lane: "kept" })?.length, 1);
});
