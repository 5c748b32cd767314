import { assertEquals } from "@std/assert";
import { StatementSync } from "node:sqlite";
import { missionText } from "../../../dugdale/store/mission_text.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { newMission } from "./samples.ts";

/** How many statements read something while the work goes on. */
function reads(work: () => unknown): number {
  const prototype = StatementSync.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const names = ["get", "all", "iterate"];
  const originals = names.map((name) => prototype[name]!);
  let count = 0;
  names.forEach((name, index) =>
    prototype[name] = function (...args) {
      count++;
      return originals[index]!.apply(this, args);
    }
  );
  try {
    work();
  } finally {
    names.forEach((name, index) => prototype[name] = originals[index]!);
  }
  return count;
}

const SAID = { notes: '["n"]', warnings: null, meta: null, state: "s", states: '["s"]', dropped: 1 };

Deno.test("a record costs no statement more as long as no mission has said anything", async () => {
  using store = new Store(":memory:", -2000);
  const { missions } = store;
  const [quiet, loud] = [newMission(), newMission()];
  await store.write(() => {
    missions.insert(quiet);
    missions.insert(loud);
  });
  const row = (mission: typeof quiet) => missions.find(mission.missionId)!;
  const before = reads(() => missionText(row(quiet), store));
  assertEquals(missions.told.find(row(quiet).id), undefined);
  await store.write(() => missions.told.keep(row(loud).id, SAID));
  assertEquals(reads(() => missionText(row(quiet), store)), before + 1);
  assertEquals(missions.told.find(row(quiet).id), undefined);
  assertEquals({ ...missions.told.find(row(loud).id) }, SAID);
  const { notes, state, states, said_dropped, warnings, meta } = JSON.parse(missionText(row(loud), store));
  assertEquals({ notes, state, states, said_dropped, warnings, meta }, {
    notes: ["n"],
    state: "s",
    states: ["s"],
    said_dropped: 1,
    warnings: undefined,
    meta: undefined,
  });
});

Deno.test("what a mission has said goes with its row", async () => {
  using store = new Store(":memory:", -2000);
  const mission = newMission();
  await store.write(() => store.missions.insert(mission));
  const { id } = store.missions.find(mission.missionId)!;
  await store.write(() => store.missions.told.keep(id, SAID));
  await store.write(() => {
    store.missions.markDeleting(id);
    store.missions.retention.remove(id);
  });
  assertEquals(store.missions.told.find(id), undefined);
});
