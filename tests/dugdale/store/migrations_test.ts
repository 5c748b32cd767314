import { assertEquals, assertObjectMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { MissionId } from "../../../protocol/names.ts";
import { migrate, migrateFrom } from "../../../dugdale/store/migrations.ts";
import { schemaOf } from "../../../dugdale/store/write_schema.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type { LogFields } from "../../../dugdale/host/log.ts";
import { HandClock } from "../hand_clock.ts";
import { openRunning } from "../running.ts";

/** A data directory whose database was written by a dugdale of that schema. */
async function withOld(version: string, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const dump = await Deno.readTextFile(
      new URL(`../../data/databases/${version}.sql`, import.meta.url),
    );
    using db = new DatabaseSync(`${folder}/state.db`);
    db.exec(dump);
    db.close();
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const id = (count: number): MissionId =>
  `0192a8b3-d2c1-7abc-bad0-${String(count).padStart(12, "0")}` as MissionId;

Deno.test("a new database is the one that all migrations together make", () => {
  using fresh = new DatabaseSync(":memory:");
  migrate(fresh, "fresh");
  using migrated = new DatabaseSync(":memory:");
  migrateFrom(migrated, 0);
  assertEquals(schemaOf(fresh), schemaOf(migrated), "run `deno task schema`");
  const version = "PRAGMA user_version";
  assertEquals(fresh.prepare(version).get(), migrated.prepare(version).get());
});

Deno.test("a database of schema 1 is brought up to date with its queue in the old order", () =>
  withOld("0001", (folder) => {
    using store = new Store(`${folder}/state.db`, -2000);
    assertObjectMatch({ ...store.missions.find(id(5)) }, { class: 1, attempt: 1, run_at: null, key: null });
    const { missions, nextDueMs } = store.missions.queue.claim("a", 9, 1);
    assertEquals(missions.map((row) => row.mission_id), [id(7), id(5), id(6)]);
    assertEquals(nextDueMs, Infinity);
    return Promise.resolve();
  }));

Deno.test("N9 an upgrade is logged when it starts and when it has ended, and a database that needs none is not", () =>
  withOld("0001", (folder) => {
    const said: unknown[] = [];
    const log = { info: (message: string, fields?: LogFields) => void said.push([message, fields]) };
    const clock = new HandClock();
    for (let opened = 0; opened < 2; opened++) {
      new Store(`${folder}/state.db`, -2000, clock, log)[Symbol.dispose]();
    }
    using latest = new DatabaseSync(`${folder}/state.db`);
    const { user_version: to } = latest.prepare("PRAGMA user_version").get() as { user_version: number };
    assertEquals(said, [
      ["database upgrade", { phase: "started", from: 1, to }],
      ["database upgrade", { phase: "finished", ms: 0 }],
    ]);
    using fresh = new Store(":memory:", -2000, clock, log);
    assertEquals([fresh.isEmpty(), said.length], [true, 2]);
    return Promise.resolve();
  }));

Deno.test("N9 a dugdale on a database of schema 1 lists, shows and finishes its missions as before", () =>
  withOld("0001", async (folder) => {
    await Deno.mkdir(`${folder}/work/${id(3)}/out`, { recursive: true });
    await Deno.writeTextFile(`${folder}/work/${id(3)}/out/a`, "content");
    await using running = await openRunning({ dataDir: folder });
    const list = async (query: string): Promise<string[]> => {
      const { body } = await running.request("GET", `/v1/missions?${query}`);
      return body.missions.map((mission: { mission_id: string }) => mission.mission_id);
    };
    assertEquals(await list("status=queued"), [id(6), id(5), id(7)]);
    assertEquals((await list("")).length, 7);
    const get = async (count: number) =>
      (await running.request("GET", `/v1/missions/${id(count)}`)).text.trim();
    assertEquals(
      await get(1),
      `{"mission_id":"${id(1)}","kind":"mission","lane":"a","mission_name":"report","status":"done",` +
        `"outcome":"success","exit_code":0,"return":{"sum":1.0},"input":{"n":12345678901234567890},` +
        `"input_fingerprint":"f1","pid":4711,"time_created":1700000000001,"time_started":1700000001001,` +
        `"time_finished":1700000002000,"duration_ms":999,"truncated_stdout":false,"truncated_stderr":false,` +
        `"inputs":[],"outputs":{}}`,
    );
    assertObjectMatch(JSON.parse(await get(2)), { exit_code: 3, fail_details: { row: 7 } });
    assertObjectMatch(JSON.parse(await get(3)), { outcome: "success", outputs: { a: { size: 7 } } });
    assertObjectMatch(JSON.parse(await get(4)), { outcome: "lost" });
    const { text } = await running.request("GET", `/v1/missions/${id(1)}/events`);
    assertEquals(text.trim().split("\n").map((line) => [JSON.parse(line).event, JSON.parse(line).seq]), [
      ["queued", 1],
      ["running", 2],
      ["progress", 3],
      ["done", 4],
    ]);
    const { body: { state } } = await running.request("GET", "/v1/admin/state");
    assertEquals(state.lanes, { a: { concurrency: 2, paused: true, paused_by: "ctl" } });
  }));
