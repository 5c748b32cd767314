import { assertEquals, assertLess } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { HandClock } from "./hand_clock.ts";
import { ids, openRunning } from "./running.ts";

const MINUTE = 60_000, HOUR = 60 * MINUTE;

Deno.test("a dugdale gives free pages back each hour, removes orphans each day, measures its disk every 30 s", async () => {
  const clock = new HandClock({ wallMs: Date.now(), fromMs: 1000 });
  await using running = await openRunning({ clock });
  const { folder } = running;
  await clock.timer(30_000);
  await clock.timer(24 * HOUR, 2); // the second one comes after the first look for orphans
  assertEquals(
    clock.delays.filter((ms) => ms >= 30_000).sort((a, b) => a - b),
    [30_000, 5 * MINUTE, 5 * MINUTE, 5 * MINUTE, HOUR, 24 * HOUR, 24 * HOUR],
    "the disk, sweeps of missions and staging files, the times of lists, the database, orphans, old times of lists",
  );

  const stored = async (): Promise<number> => {
    const { text } = await running.request("GET", "/v1/metrics");
    return Number(/letts_storage_bytes\{kind="output"\} (\d+)/.exec(text)?.[1]);
  };
  assertEquals(await stored(), 0);
  Deno.writeTextFileSync(`${folder}/output/large`, "x".repeat(1_000_000));
  // The only timer of 30 s: after a minute the lock has one too.
  clock.advance(30_000);
  await clock.timer(30_000);
  assertEquals(await stored(), 1_000_000);

  const database = `${folder}/state.db`;
  {
    using other = new DatabaseSync(database);
    other.exec("CREATE TABLE bulk AS SELECT randomblob(800000) AS bytes; DROP TABLE bulk");
    other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const before = Deno.statSync(database).size;
  clock.suspend(HOUR);
  await clock.timer(HOUR);
  assertLess(Deno.statSync(database).size, before - 700_000);

  const [old, young] = [ids.mission(), ids.mission()];
  for (const id of [old, young]) Deno.mkdirSync(`${folder}/work/${id}`);
  const thenMs = clock.wallMs() + 24 * HOUR;
  for (const [id, ageMs] of [[old, 6 * MINUTE], [young, 4 * MINUTE]] as const) {
    Deno.utimeSync(`${folder}/work/${id}`, new Date(thenMs), new Date(thenMs - ageMs));
  }
  clock.suspend(24 * HOUR);
  await clock.timer(24 * HOUR, 2);
  assertEquals([...Deno.readDirSync(`${folder}/work`)].map(({ name }) => name), [young]);
});
