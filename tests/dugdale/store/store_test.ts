import {
  assert,
  assertEquals,
  assertMatch,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { HandClock } from "../hand_clock.ts";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { NewerDatabaseError } from "../../../dugdale/store/migrations.ts";
import type { MissionRow, NewMission, RunningMission } from "../../../dugdale/store/mission_row.ts";
import { StoreError } from "../../../dugdale/store/database_error.ts";
import { Store } from "../../../dugdale/store/store.ts";
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

const id = (count: number): MissionRow["mission_id"] =>
  `0192a8b3-d2c1-7abc-bad0-${String(count).padStart(12, "0")}` as MissionRow["mission_id"];

function mission(count: number, more: Partial<NewMission> = {}): NewMission {
  return newMission({ missionId: id(count), createdMs: count, inputFingerprint: "f", ...more });
}

Deno.test("Store makes a database with a write-ahead log whose free pages can be given back", () =>
  withStore((_, file) => {
    using other = new DatabaseSync(file);
    const answers = ["journal_mode", "auto_vacuum"].map((name) => other.prepare(`PRAGMA ${name}`).get());
    assertEquals(answers.map((answer) => Object.values(answer ?? {})[0]), ["wal", 2]);
    return Promise.resolve();
  }));

Deno.test("Store syncs what write() resolves, but not what writeSoon() does, and keeps temporary tables in memory", async () => {
  class AskedStore extends Store {
    setting(name: string): unknown {
      return Object.values(this.db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    }
  }
  const NORMAL = 1, FULL = 2, MEMORY = 2;
  const folder = await Deno.makeTempDir();
  try {
    using store = new AskedStore(`${folder}/state.db`, -2000);
    const settings = ["synchronous", "temp_store", "busy_timeout", "cache_size", "foreign_keys"];
    assertEquals(settings.map((name) => store.setting(name)), [FULL, MEMORY, 1000, -2000, 1]);
    const synchronous = () => store.setting("synchronous");
    assertEquals(await store.write(synchronous), FULL);
    assertEquals(await store.writeSoon(synchronous), NORMAL);
    assertEquals(await store.write(synchronous), FULL);
    const together = [store.writeSoon(synchronous), store.write(synchronous)];
    assertEquals(await Promise.all(together), [FULL, FULL], "one transaction");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Store waits for the next turn only when its last commit had several callers", () =>
  withStore(async (store) => {
    const seen: string[] = [];
    const write = (name: string): Promise<void> =>
      store.write(() => void seen.push(name)).then(() => void seen.push(`${name} done`));
    const one = async (): Promise<string[]> => {
      seen.length = 0;
      const first = write("a");
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([first, write("b")]);
      return [...seen];
    };
    assertEquals(await one(), ["a", "a done", "b", "b done"]);
    await Promise.all([write("c"), write("d")]);
    assertEquals(await one(), ["a", "b", "a done", "b done"]);
    await write("e");
    assertEquals(await one(), ["a", "a done", "b", "b done"]);
    const joined = write("f");
    store.join();
    await joined;
    assertEquals(await one(), ["a", "b", "a done", "b done"]);
  }));

Deno.test("Store.write() undoes only the change that throws", () =>
  withStore(async (store) => {
    const good = store.write(() => store.missions.insert(mission(1)));
    const bad = store.write(() => {
      store.missions.insert(mission(2));
      throw new RangeError("no");
    });
    const alsoGood = store.write(() => store.missions.insert(mission(3)));
    await assertRejects(() => bad, RangeError, "no");
    await good;
    await alsoGood;
    assertEquals([1, 2, 3].map((count) => store.missions.find(id(count)) !== undefined), [true, false, true]);
  }));

Deno.test("Store.write() lets a change that has time share the next commit, in the order of arrival", () =>
  withStore(async (store) => {
    const order: string[] = [];
    const late = store.write(() => order.push("has time"), 2 ** 30);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assertEquals(order, [], "it waits for another change");
    const soon = store.write(() => order.push("has none"));
    await Promise.all([late, soon]);
    assertEquals(order, ["has time", "has none"]);
  }));

Deno.test("Store.write() makes a change that has time alone when nothing else comes", () =>
  withStore(async (store) => {
    assertEquals(await store.write(() => "alone", 1), "alone");
    const left = store.write(() => "at the end", 2 ** 30);
    store[Symbol.dispose]();
    assertEquals(await left, "at the end");
  }));

Deno.test("Store.write() lets a change see earlier ones, and readers only what is committed", () =>
  withStore(async (store) => {
    const first = store.write(() => store.missions.insert(mission(1)));
    assertEquals(store.missions.find(id(1)), undefined);
    const seen = store.write(() => store.missions.find(id(1))?.status);
    assertEquals(await seen, "queued");
    await first;
  }));

Deno.test("Store.write() has its change in the file when it resolves", () =>
  withStore(async (store, file) => {
    await store.write(() => store.missions.insert(mission(1)));
    const other = new DatabaseSync(file, { readOnly: true });
    assertEquals(other.prepare("SELECT count(*) AS n FROM missions").get(), { __proto__: null, n: 1 });
    other.close();
  }));

Deno.test("Store.write() rejects every change of a transaction that cannot begin", () =>
  withStore(async (store, file) => {
    using other = new DatabaseSync(file, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const first = store.write(() => store.missions.insert(mission(1)));
    const second = store.writeSoon(() => store.missions.insert(mission(2)));
    await assertRejects(() => first, StoreError);
    await assertRejects(() => second, StoreError);
    other.exec("ROLLBACK");
    await store.write(() => store.missions.insert(mission(3)));
    assertEquals([1, 2, 3].map((count) => store.missions.find(id(count))?.status), [
      undefined,
      undefined,
      "queued",
    ]);
  }));

Deno.test("Store refuses a database of a newer version and leaves it alone", () =>
  withStore((_, file) => {
    const newer = `${file}.newer`;
    const db = new DatabaseSync(newer);
    db.exec("PRAGMA user_version = 999");
    db.close();
    assertThrows(() => new Store(newer, -2000), NewerDatabaseError, "999");
    return Promise.resolve();
  }));

Deno.test("Store rejects writes after its end instead of losing them", async () => {
  const folder = await Deno.makeTempDir();
  const store = new Store(`${folder}/state.db`, -2000);
  store[Symbol.dispose]();
  await assertRejects(() => store.write(() => 1), StoreError, "closed");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Missions.claim() takes the oldest of its lane, ids breaking ties", () =>
  withStore(async (store) => {
    const order = await store.write(() => {
      store.missions.insert(mission(5, { createdMs: 20 }));
      store.missions.insert(mission(4, { createdMs: 10 }));
      store.missions.insert(mission(3, { createdMs: 10 }));
      store.missions.insert(mission(2, { createdMs: 1, lane: "b" }));
      return store.missions.queue.claim("a", 2, 99).missions.map((row) => [row.mission_id, row.time_started]);
    });
    assertEquals(order, [[id(3), 99], [id(4), 99]]);
  }));

Deno.test("Missions.finish() numbers the last line after what was said, and only once", () =>
  withStore(async (store) => {
    // The engine keeps the row of the pickup, whatever is recorded after it.
    const [waits, runs, talks] = await store.write(() => {
      for (const count of [1, 2, 3]) store.missions.insert(mission(count));
      return store.missions.queue.claim("a", 3, 5).missions;
    });
    assert(waits && runs && talks);
    const done = await store.write(() => {
      store.missions.start(runs.id, 77, 1, 6);
      store.missions.start(talks.id, 78, 1, 6);
      store.missions.addProgress(talks.id, 3, "{}");
      store.missions.addProgress(talks.id, 4, "{}");
      return [waits, runs, talks].map((row) => store.missions.finish(row, ending("success"), 9));
    });
    assertEquals(done.map((row) => row?.done_seq), [2, 3, 5]);
    assertEquals(done.map((row) => row?.pid), [0, 77, 78]);
    assertEquals(await store.write(() => store.missions.finish(waits, ending("success"), 10)), undefined);
  }));

Deno.test("Missions gives the rows that it has written: picked up, inserted as running, and done", () =>
  withStore(async (store) => {
    const assertStored = (row: MissionRow | undefined): void => {
      assert(row);
      assertObjectMatch({ ...store.missions.find(row.mission_id) }, { ...row });
    };
    const said = {
      failReason: "r",
      failMessage: "m",
      failDetails: "{}",
      truncatedStderr: true,
      progressDropped: 3,
    };
    await store.write(() => {
      store.missions.insert(mission(1, { key: "k", timeoutMs: 5 }));
      const [claimed] = store.missions.queue.claim("a", 1, 5).missions;
      assertStored(claimed);
      const row = store.missions.insertRunning(mission(2, { displayName: "d", traceparent: "t" }));
      assertStored(row);
      const done = store.missions.finish(row, ending("failed", said), 9, { pid: 7, startedMs: 8 });
      assertStored(done);
      store.missions.insert(mission(3));
      const waiting = store.missions.find(id(3));
      assert(waiting?.status === "queued");
      const killed = store.missions.finish(waiting, ending("killed"), 9);
      assertStored(killed);
    });
  }));

/** What a store counts, which must be what one that is opened anew counts. */
function countsOf(store: Store, file: string): string[] {
  const texts = ({ missions: { unfinished } }: Store): string[] =>
    unfinished.list().map(({ lane, kind, status, count }) => `${lane} ${kind} ${status} ${count}`).sort();
  using reopened = new Store(file, -2000);
  assertEquals(texts(store), texts(reopened));
  return texts(store);
}

Deno.test("UnfinishedCounts follows every move of a mission", () =>
  withStore(async (store, file) => {
    const counts = (): string[] => countsOf(store, file);
    await store.write(() => [1, 2, 3].forEach((count) => store.missions.insert(mission(count))));
    await store.write(() => store.missions.insert(mission(4, { kind: "exec" })));
    assertEquals(counts(), ["a exec queued 1", "a mission queued 3"]);
    await store.write(() => store.missions.queue.claim("a", 1, 5));
    await store.write(() => store.missions.markDeleting(store.missions.find(id(2))!.id));
    assertEquals(counts(), ["a exec queued 1", "a mission queued 1", "a mission running 1"]);
    const [running] = store.missions.running() as [RunningMission];
    const attempt = { ending: ending("failed"), nowMs: 5, start: undefined };
    await store.write(() => store.missions.requeue(running, { ...attempt, runAtMs: 50 }));
    assertEquals(counts(), ["a exec queued 1", "a mission queued 2"]);
    await store.write(() => store.missions.queue.claim("a", 9, 60));
    assertEquals(counts(), ["a exec running 1", "a mission running 2"]);
    await store.write(() => store.missions.putBack({ ...running, id: store.missions.find(id(3))!.id }));
    await store.write(() => store.missions.finish(running, ending("success"), 70));
    await store.write(() => store.missions.insertRunning(mission(5)));
    assertEquals(counts(), ["a exec running 1", "a mission queued 1", "a mission running 1"]);
  }));

Deno.test("UnfinishedCounts takes back what a change did that was undone, alone or with its transaction", () =>
  withStore(async (store, file) => {
    const kept = store.write(() => store.missions.insert(mission(1)));
    const undone = store.write(() => {
      store.missions.insert(mission(2));
      throw new Error("no");
    });
    await Promise.all([kept, assertRejects(() => undone, Error, "no")]);
    assertEquals(countsOf(store, file), ["a mission queued 1"]);
    const alone = store.write(() => {
      store.missions.insert(mission(2));
      throw new Error("no");
    });
    await assertRejects(() => alone, Error, "no");
    assertEquals(store.missions.find(id(2)), undefined);
    assertEquals(countsOf(store, file), ["a mission queued 1"]);
    class FailingStore extends Store {
      failingWrite(): Promise<void> {
        return this.write(() => {
          this.missions.insert(mission(3));
          this.db.exec("ROLLBACK");
        });
      }
    }
    using failing = new FailingStore(file, -2000);
    await assertRejects(() => failing.failingWrite(), StoreError);
    assertEquals(countsOf(failing, file), ["a mission queued 1"]);
  }));

Deno.test("what the operating manual does to the database by hand leaves the right counts", () =>
  withStore(async (store, file) => {
    const manual = await Deno.readTextFile(new URL("../../../docs/operating.md", import.meta.url));
    const [, hide = ""] = /state\.db "(UPDATE missions [^"]+)"/.exec(manual) ?? [];
    const [, tidy = ""] = /rescued\.db "\n( *DELETE [^"]+)"/.exec(manual) ?? [];
    await store.write(() => {
      const lost = store.missions.insert(mission(1));
      store.missions.insert(mission(2));
      store.missions.addProgress(lost, 3, "{}");
    });
    using other = new DatabaseSync(file);
    const counts = (): number[] => {
      using reopened = new Store(file, -2000);
      return reopened.missions.unfinished.list().map(({ count }) => count);
    };
    other.exec(`PRAGMA foreign_keys = OFF; DELETE FROM missions WHERE mission_id = '${id(1)}'`);
    assertEquals(other.prepare("PRAGMA foreign_key_check").all().length, 1);
    other.exec(tidy);
    assertEquals(other.prepare("PRAGMA foreign_key_check").all(), []);
    assertEquals(counts(), [1]);
    other.exec(hide);
    assertEquals(counts(), []);
    assertEquals(store.missions.retention.hidden(9).length, 1);
  }));

Deno.test("Store.lost reports a file that was cut, not one that gave pages back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const clock = new HandClock();
    using store = new Store(`${folder}/state.db`, -2000, clock);
    const size = () => Deno.statSync(`${folder}/state.db`).size;
    const fill = (lines: number) =>
      store.write(() => {
        const id = store.missions.insert(newMission());
        for (let seq = 3; seq < lines; seq++) store.missions.addProgress(id, seq, "x".repeat(100));
        return id;
      });
    await fill(2000);
    store.emptyLog();
    const full = size();
    store.measure();
    using outside = new DatabaseSync(`${folder}/state.db`);
    outside.exec("DELETE FROM progress");
    while (store.vacuum(1000));
    store.measure();
    store.emptyLog();
    assert(size() < full / 2);
    assertEquals(store.lost, undefined);
    await fill(2000);
    assertEquals(store.lost, undefined);
    store.emptyLog();
    store.measure();
    outside.exec("DELETE FROM progress; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    assert(size() < full / 2);
    assertEquals(store.lost, undefined, "vacuumed by another process");
    await fill(2000);
    assertEquals(store.lost, undefined);
    store.emptyLog();
    store.measure();
    await Deno.truncate(`${folder}/state.db`, size() - 4096);
    assertMatch(String(store.lost), /was cut from/);
    await fill(10); // so soon after the last look the files are not looked at again
    clock.advance(100);
    await assertRejects(() => fill(10), StoreError);
    assertMatch(String(store.lastFailure?.cause), /was cut from/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
