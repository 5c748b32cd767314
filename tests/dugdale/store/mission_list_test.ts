import { assertEquals } from "@std/assert";
import { StoreError } from "../../../dugdale/store/database_error.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type {
  ListEntry,
  ListOrder,
  ListPosition,
  MissionFilter,
} from "../../../dugdale/store/mission_list.ts";
import type { NewMission } from "../../../dugdale/store/mission_row.ts";
import type { MissionId } from "../../../protocol/names.ts";
import type { MissionKind, OutcomeKind } from "../../../protocol/mission.ts";
import { ids } from "../running.ts";
import { ending, finish, newMission } from "./samples.ts";

/** A mission as the test knows it, to say for itself what a list must hold. */
interface Known {
  readonly missionId: ListEntry["missionId"];
  readonly kind: MissionKind;
  readonly lane: string;
  readonly name: string;
  readonly status: string;
  readonly outcome: OutcomeKind | undefined;
  readonly groupId: string | null;
  readonly created: number;
  readonly finished: number | undefined;
}

const NAMES = ["report", "Report-2", "re_port", "re%port", "mail\\merge", "import"];
const LANES = ["a", "b", "c"];
const OUTCOMES: OutcomeKind[] = ["success", "success", "success", "failed", "lost", "timeout"];
const GROUPS = [ids.mission(), ids.mission()];

/** A store in a folder of its own, which goes with it. */
function openTemporaryStore(): Disposable & { readonly store: Store } {
  const folder = Deno.makeTempDirSync();
  const store = new Store(`${folder}/state.db`, -2000);
  return {
    store,
    [Symbol.dispose]: () => {
      store[Symbol.dispose]();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

/**
 * Adds missions in every state; several share each moment of creation and of end.
 *
 * @param spreadMs From one moment of creation to the next.
 */
async function fill(store: Store, count: number, spreadMs = 1): Promise<Known[]> {
  const known: Known[] = [];
  const pick = <T>(from: readonly T[], seed: number): T => from[(seed * 7919 >> 3) % from.length]!;
  await store.write(() => {
    for (let index = 0; index < count; index++) {
      const missionId = ids.mission();
      const kind = index % 11 === 0 ? "exec" : "mission";
      const created = 1000 + Math.floor(index / 3) * spreadMs;
      const facts = { missionId, kind, lane: pick(LANES, index) } as const;
      const name = kind === "exec" ? "exec" : index % 400 === 7 ? "rare" : pick(NAMES, index + 5);
      const groupId = index % 17 === 0 ? pick(GROUPS, index) : null;
      const id = store.missions.insert(
        newMission({ ...facts, missionName: name, createdMs: created, groupId }),
      );
      const fate = index % 23;
      let status = "queued", outcome: OutcomeKind | undefined, finished: number | undefined;
      if (fate > 2) {
        status = "done";
        outcome = pick(OUTCOMES, index + 3);
        finished = 5000 + (index * 31 % 97) + Math.floor(index / 50);
        finish(store, missionId, ending(outcome), finished);
      }
      if (fate === 0) [status] = ["deleting", store.missions.markDeleting(id)];
      if (fate === 22) [status] = ["deleting", store.missions.markDeleting(id)];
      known.push({ ...facts, created, name, status, outcome, groupId, finished });
    }
    for (const lane of LANES) {
      for (const row of store.missions.queue.claim(lane, 20, 4000).missions) {
        const index = known.findIndex((one) => one.missionId === row.mission_id);
        known[index] = { ...known[index]!, status: "running" };
      }
    }
  });
  return known;
}

function expected(known: readonly Known[], filter: MissionFilter, order: ListOrder): string[] {
  const has = (wanted: unknown, value: unknown): boolean => wanted === undefined || wanted === value;
  return known.filter((one) =>
    (filter.status === undefined ? one.status !== "deleting" : one.status === filter.status) &&
    has(filter.outcome, one.outcome) && has(filter.lane, one.lane) && has(filter.kind, one.kind) &&
    has(filter.groupId, one.groupId) &&
    one.name.toLowerCase().includes((filter.name ?? "").toLowerCase()) &&
    one.name.toLowerCase().startsWith((filter.namePrefix ?? "").toLowerCase()) &&
    one.created >= (filter.sinceMs ?? 0) && one.created < (filter.untilMs ?? Infinity) &&
    (order === "created" || one.finished !== undefined)
  ).map((one) => ({ id: one.missionId, at: order === "created" ? one.created : one.finished ?? 0 }))
    .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map((one) => one.id);
}

const FILTERS: MissionFilter[] = [
  {},
  { status: "queued" },
  { status: "queued", lane: "b" },
  { status: "queued", kind: "exec", sinceMs: 1500 },
  { status: "running" },
  { status: "running", lane: "c" },
  { status: "done" },
  { status: "deleting" },
  { status: "deleting", outcome: "success" },
  { status: "running", outcome: "failed" },
  { outcome: "success" },
  { outcome: "failed" },
  { outcome: "lost", kind: "exec", lane: "a" },
  { lane: "a" },
  { lane: "nowhere" },
  { kind: "exec" },
  { groupId: GROUPS[0] },
  { groupId: GROUPS[1], outcome: "success" },
  { groupId: ids.mission() },
  { name: "PORT" },
  { name: "rare" },
  { name: "RAR", outcome: "failed" },
  { namePrefix: "rare", status: "queued", lane: "b" },
  { name: "rare", status: "deleting" },
  { name: "rare", sinceMs: 100_000, untilMs: 900_000 },
  { name: "e_p" },
  { name: "%" },
  { name: "\\m" },
  { namePrefix: "Re" },
  { namePrefix: "re_", name: "port" },
  { name: "x".repeat(200) },
  { sinceMs: 1200, untilMs: 1300 },
  { sinceMs: 2000, untilMs: 2000 },
  { untilMs: 1100, outcome: "failed" },
  { status: "unheard-of" },
  { outcome: "unheard-of" },
  { kind: "unheard-of" },
];

/** Compares every list with what the test knows. */
async function compareAll(store: Store, known: readonly Known[]): Promise<void> {
  for (const filter of FILTERS) {
    for (const order of ["created", "finished"] as const) {
      const seen: string[] = [];
      let after: ListPosition | undefined;
      do {
        const page: ListEntry[] = await store.missions.list.page(filter, order, after, 700);
        seen.push(...page.map((entry) => entry.missionId));
        after = page.length === 700 ? page.at(-1) : undefined;
      } while (after !== undefined);
      assertEquals(seen, expected(known, filter, order), `${order} ${JSON.stringify(filter)}`);
    }
  }
}

for (const [words, spreadMs] of [["within seconds", 1], ["over an hour", 1300]] as const) {
  Deno.test(`MissionList.page() lists what the filter lets through, in order and page by page, each once, of missions created ${words}`, async () => {
    using temporary = openTemporaryStore();
    const { store } = temporary;
    await compareAll(store, await fill(store, 4000, spreadMs));
  });
}

Deno.test("MissionList.page() lists missions that got the row numbers of removed ones", async () => {
  using temporary = openTemporaryStore();
  const { store } = temporary;
  const { list, retention } = store.missions;
  const before = await fill(store, 300, 5000);
  const kept = before.slice(0, 100).filter(({ status }) => status === "done");
  assertEquals((await list.page({ name: "rare" }, "created", undefined, 10)).length, 1);
  await store.write(() => {
    for (const one of before) {
      if (kept.includes(one)) continue;
      const row = store.missions.find(one.missionId)!;
      if (row.status === "running") store.missions.finish(row, ending("success"), 9000);
      store.missions.markDeleting(row.id);
      retention.remove(row.id);
    }
  });
  const after = await fill(store, 200, 7000);
  await compareAll(store, [...kept, ...after]);
});

Deno.test("MissionList.page() lists a rare lane and name although nothing can be written", async () => {
  using temporary = openTemporaryStore();
  const { store } = temporary;
  const known = await fill(store, 500, 1300);
  store.writeSoon = () => Promise.reject(new StoreError("no space"));
  await compareAll(store, known);
});

Deno.test("MissionList.page() cuts pages within one moment and takes any cursor", async () => {
  using temporary = openTemporaryStore();
  const { store } = temporary;
  const known = await fill(store, 60);
  const all = expected(known, {}, "created");
  const { list } = store.missions;
  let after: ListPosition | undefined;
  const seen: string[] = [];
  for (
    let page = await list.page({}, "created", after, 1);
    page.length > 0;
    page = await list.page({}, "created", after, 1)
  ) {
    after = page[0];
    seen.push(...page.map((entry) => entry.missionId));
  }
  assertEquals(seen, all);
  const top = await list.page({}, "created", { timeMs: 2 ** 63, missionId: "" }, 1000);
  assertEquals(top.map((entry) => entry.missionId), all);
  assertEquals(await list.page({}, "created", { timeMs: 0, missionId: "" }, 10), []);
  assertEquals(await list.page({}, "finished", { timeMs: -5, missionId: "x" }, 10), []);
});

Deno.test("MissionList.page() yields to other work while it goes through all missions", async () => {
  using temporary = openTemporaryStore();
  const { store } = temporary;
  await fill(store, 20_000);
  let turns = 0, walking = true;
  const others = (async () => {
    while (walking) {
      await new Promise((resolve) => setTimeout(resolve));
      turns++;
    }
  })();
  await store.missions.list.page({ name: "no such name" }, "created", undefined, 10);
  walking = false;
  await others;
  assertEquals(turns >= 2, true, `${turns} turns`);
});

Deno.test("MissionList lists what is queued by its creation, in whatever class or place it waits", async () => {
  using temporary = openTemporaryStore();
  const { store } = temporary;
  const add = (createdMs: number, more: Partial<NewMission> = {}): MissionId => {
    const missionId = ids.mission();
    store.missions.insert(newMission({ missionId, createdMs, ...more }));
    return missionId;
  };
  const entered = await store.write(() => {
    const again = add(10, { class: 0 });
    const [row] = store.missions.queue.claim("a", 1, 20).missions;
    store.missions.requeue(row!, { ending: ending("failed"), nowMs: 90, runAtMs: 90, start: undefined });
    return [again, add(20, { class: 2 }), add(30, { runAtMs: 5 }), add(40, { class: 0 }), add(50)];
  });
  const newestFirst = entered.toReversed();
  const list = async (after: ListPosition | undefined, limit: number): Promise<MissionId[]> => {
    const page = await store.missions.list.page({ status: "queued" }, "created", after, limit);
    return page.map(({ missionId }) => missionId);
  };
  assertEquals(await list(undefined, 9), newestFirst);
  assertEquals(await list({ timeMs: 40, missionId: newestFirst[1]! }, 2), newestFirst.slice(2, 4));
});
