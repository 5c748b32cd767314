import { assert, assertEquals } from "@std/assert";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";
import { ending, newMission } from "./samples.ts";

/** Adds failed missions, one a millisecond from 1000 on. */
async function fill(store: Store, count: number, reasonOf: (index: number) => string): Promise<void> {
  await store.write(() => {
    for (let index = 0; index < count; index++) {
      const missionId = ids.mission();
      store.missions.insert(newMission({ missionId, missionName: "m", createdMs: 1000 + index }));
      const row = store.missions.find(missionId)!;
      assert(row.status === "queued");
      store.missions.finish(row, ending("failed", { failReason: reasonOf(index) }), 5000 + index);
    }
  });
}

Deno.test("Failures.count() gives others their turn while it counts many, and counts each once", async () => {
  using store = new Store(":memory:", -2000);
  await fill(store, 20_001, (index) => index % 2 === 0 ? "even" : "odd");
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const { total, groups, truncated } = await store.failures.count({ outcomes: ["failed", "failed", "lost"] });
  clearInterval(timer);
  assertEquals([total, truncated], [20_001, false]);
  const found = groups.map(({ failReason, count, firstMs, lastMs }) => [failReason, count, firstMs, lastMs]);
  assertEquals(found.sort(), [["even", 10_001, 1000, 21_000], ["odd", 10_000, 1001, 20_999]]);
  assert(turns >= 8, `${turns} turns for others`);
  const last = groups.find(({ failReason }) => failReason === "even")!;
  assertEquals(store.missions.find(last.lastId)?.time_created, 21_000);
});

Deno.test("Failures.count() tells a thousand groups apart, and counts the others all the same", async () => {
  using store = new Store(":memory:", -2000);
  await fill(store, 1500, (index) => `reason_${index}`);
  const { total, groups, truncated } = await store.failures.count({ outcomes: ["failed"] });
  assertEquals([total, groups.length, truncated], [1500, 1000, true]);
});

Deno.test("Failures.count() ends at the moments that are asked for", async () => {
  using store = new Store(":memory:", -2000);
  await fill(store, 5000, () => "same");
  const total = async (sinceMs: number, untilMs: number) =>
    (await store.failures.count({ outcomes: ["failed"], sinceMs, untilMs })).total;
  assertEquals([await total(1000, 6000), await total(1001, 5999), await total(3000, 3000)], [5000, 4998, 0]);
});
