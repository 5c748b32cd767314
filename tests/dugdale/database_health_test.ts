import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../dugdale/host/clock.ts";
import { lineLog, type Log, silentLog } from "../../dugdale/host/log.ts";
import { DirLock } from "../../dugdale/host/lock.ts";
import { DatabaseHealth } from "../../dugdale/database_health.ts";
import { Store } from "../../dugdale/store/store.ts";
import { HandClock } from "./hand_clock.ts";
import { ids, openRunning } from "./running.ts";
import { newMission } from "./store/samples.ts";

const DAY_MS = 24 * 3_600_000;
const PAGE_BYTES = 4096;
const MARK = "a line that is found again in the file";

/** A data directory as a daemon leaves it that is killed; answers where in its database the progress lines are. */
async function leave(folder: string): Promise<number> {
  {
    using store = new Store(`${folder}/state.db`, -2000);
    await store.write(() => {
      const id = store.missions.insert(newMission());
      for (let seq = 3; seq < 500; seq++) store.missions.addProgress(id, seq, MARK);
    });
  }
  Deno.writeTextFileSync(`${folder}/dugdale.lock`, "pid=1\n");
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/state.db`));
  return Math.floor(text.lastIndexOf(MARK) / PAGE_BYTES) * PAGE_BYTES;
}

/** A log, and a promise for a record of it. */
function watched(): { log: Log; told: (part: string) => Promise<string> } {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const log = lineLog("info", "json", (line) => {
    lines.push(line);
    for (const look of waiting.splice(0)) look();
  });
  const told = async (part: string): Promise<string> => {
    for (;;) {
      const line = lines.find((line) => line.includes(part));
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { log, told };
}

function damage(folder: string, offset: number): void {
  using file = Deno.openSync(`${folder}/state.db`, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(64).fill(0xff));
}

Deno.test("A damaged database is reported by readyz after an end by force, until it is repaired", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const offset = await leave(folder);
    damage(folder, offset);
    for (let time = 0; time < 2; time++) {
      const { log, told } = watched();
      await using running = await openRunning({ dataDir: folder, log });
      await told('"op":"quick_check"');
      const { status, body } = await running.request("GET", "/v1/readyz");
      assertEquals([status, body.error], [503, "awaiting_manual_repair"]);
      assertEquals(body.details, { kind: "database_corrupt", mission_id: "", op: "quick_check" });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A database that is known to be damaged does not decide which files are orphans", async () => {
  const folder = await Deno.makeTempDir();
  try {
    damage(folder, await leave(folder));
    const clock = new HandClock({ wallMs: Date.now(), fromMs: 1000 });
    const { log, told } = watched();
    await using running = await openRunning({ dataDir: folder, log, clock });
    await told('"op":"quick_check"');
    const work = `${running.folder}/work/${ids.mission()}`;
    Deno.mkdirSync(work);
    Deno.utimeSync(work, new Date(0), new Date(0));
    await clock.timer(DAY_MS);
    clock.suspend(DAY_MS);
    await clock.timer(DAY_MS);
    assert(Deno.statSync(work).isDirectory);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A sound database is checked once after an end by force, and not after a clean one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await leave(folder);
    const checked = watched();
    {
      await using running = await openRunning({ dataDir: folder, log: checked.log });
      await checked.told("the database is sound");
      assertEquals((await running.request("GET", "/v1/readyz")).body.error, "awaiting_apply");
    }
    const lines: string[] = [];
    {
      await using _running = await openRunning({
        dataDir: folder,
        log: lineLog("info", "json", (line) => lines.push(line)),
      });
    }
    assertEquals(lines.filter((line) => line.includes("check")), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A database in which nothing can be repaired does not keep a dugdale from starting", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await leave(folder);
    Deno.removeSync(`${folder}/dugdale.lock`);
    let pages: number[];
    {
      using database = new DatabaseSync(`${folder}/state.db`);
      const roots = "SELECT rootpage FROM sqlite_schema WHERE name IN ('missions', 'missions_running')";
      pages = database.prepare(roots).all().map(({ rootpage }) => Number(rootpage));
    }
    for (const page of pages) damage(folder, (page - 1) * PAGE_BYTES);
    const { log, told } = watched();
    await using running = await openRunning({ dataDir: folder, log });
    await told('"msg":"db_error","op":"repair_running"');
    const { status, body } = await running.request("GET", "/v1/readyz");
    assertEquals([status, body.error, body.details.op], [503, "awaiting_manual_repair", "repair_running"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("DatabaseHealth.repair() goes on after a failure, but not after damage: what is missing there must not go", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using lock = DirLock.take(`${folder}/dugdale.lock`);
    using store = new Store(`${folder}/state.db`, -2000);
    using health = new DatabaseHealth({
      lock,
      database: `${folder}/state.db`,
      store,
      clock: systemClock,
      log: silentLog,
    });
    const SQLITE_FULL = 13, SQLITE_CORRUPT_INDEX = 779;
    const fail = (errcode: number): Promise<void> =>
      Promise.reject(Object.assign(new Error("failed"), { code: "ERR_SQLITE_ERROR", errcode }));
    let done = 0;
    const work = () => Promise.resolve(void done++);
    await health.repair("first", () => fail(SQLITE_FULL));
    await health.repair("second", work);
    assertEquals([done, health.criticalError], [1, undefined]);
    await health.repair("third", () => fail(SQLITE_CORRUPT_INDEX));
    await health.repair("fourth", work);
    assertEquals([done, health.criticalError?.op], [1, "third"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
