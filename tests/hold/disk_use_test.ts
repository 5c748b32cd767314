/** What outputs take of the disk, by count: files in memory, processes that are functions, a clock turned by hand. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { DUGDALE_DEFAULTS } from "../../config/dugdale/defaults.ts";
import { openCore } from "../../dugdale/core.ts";
import { Retention } from "../../dugdale/engine/retention.ts";
import { Clock, nextTurn } from "../../dugdale/host/clock.ts";
import { DataDir } from "../../dugdale/host/data_dir.ts";
import { silentLog } from "../../dugdale/host/log.ts";
import { Store } from "../../dugdale/store/store.ts";
import { Ids } from "../../protocol/ids.ts";
import { MemoryDisk } from "../../testing/memory_disk.ts";
import { type ScriptedProcess, ScriptedSpawner } from "../../testing/scripted_spawner.ts";

/** Of one mission; there is a mission each second. */
const OUTPUTS = 100;
const SECOND_MS = 1000, TTL_MS = 15 * SECOND_MS, SWEEP_MS = 15 * SECOND_MS;
/** A file that was just removed can still be read by those who have asked for it. */
const TOMBSTONE_MS = 60 * SECOND_MS;
/** Much longer than anything is kept. `LETTS_TEST_SECONDS=3600` takes some minutes. */
const SECONDS = Number(Deno.env.get("LETTS_TEST_SECONDS") ?? 240);

/** Time passes when the test says so. The dugdale's own short pauses take a turn of the event loop. */
class CountedClock extends Clock {
  nowMs = Date.UTC(2026, 0, 1);

  wallMs(): number {
    return this.nowMs;
  }

  steadyMs(): number {
    return this.nowMs;
  }

  after(ms: number, action: () => void): Disposable {
    let cancelled = ms >= SECOND_MS;
    void nextTurn().then(() => cancelled || action());
    return { [Symbol.dispose]: () => void (cancelled = true) };
  }
}

/** Writes its output files and ends. */
function writesOutputs({ request, control, exit }: ScriptedProcess, disk: MemoryDisk): void {
  const encoder = new TextEncoder();
  for (let n = 0; n < OUTPUTS; n++) {
    disk.write(join(request.cwd, "out", `f${n}`), encoder.encode("x"));
    control?.write(encoder.encode(`{"event":"output_file","key":"f${n}"}\n`));
  }
  exit({ code: 0, signal: null });
}

Deno.test("100 outputs a second take no more of the disk than what is to be kept, however long that goes on", async () => {
  const clock = new CountedClock(), disk = new MemoryDisk(), ids = new Ids(() => clock.wallMs());
  const dataDir = new DataDir("/dugdale", disk);
  dataDir.make();
  using store = new Store(":memory:", DUGDALE_DEFAULTS.limits.cacheSize, clock);
  await using core = openCore({
    config: {
      ...DUGDALE_DEFAULTS,
      listen: "",
      dataDir: dataDir.root,
      cleanup: { ...DUGDALE_DEFAULTS.cleanup, successTtlMs: TTL_MS, stagingTtlMs: TTL_MS },
      limits: { ...DUGDALE_DEFAULTS.limits, maxOutputFilesPerMission: OUTPUTS },
    },
    store,
    dataDir,
    clock,
    log: silentLog,
    spawner: new ScriptedSpawner((process) => writesOutputs(process, disk)),
    memoryKills: { any: () => false },
    readVariable: () => undefined,
    criticalError: () => undefined,
  });
  const app = core.app(() => ({ scope: "admin", address: "", ip: "" }));
  const connection = {
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    completed: Promise.resolve(),
  } as const;
  const post = async (path: string, key: string, body: unknown): Promise<void> => {
    const init = { method: "POST", headers: { "idempotency-key": key }, body: JSON.stringify(body) };
    const { status } = await app.answer(new Request(`http://dugdale${path}`, init), connection);
    assert(status < 300, `${path} was answered with ${status}`);
  };
  await post("/v1/admin/apply", "", { mission_dir: "/missions", lanes: { only: { concurrency: 1 } } });
  const retention = new Retention(core.parts), never = new AbortController().signal;
  let most = 0;
  const period = async (missions: boolean): Promise<void> => {
    for (let ms = 0; ms < SWEEP_MS; ms += SECOND_MS) {
      clock.nowMs += SECOND_MS;
      if (missions) await post("/v1/dispatch", ids.mission(), { mission: "writes", lane: "only" });
      await core.engine.idle();
    }
    await retention.run(never);
    await core.staging.sweep.run(never);
    most = Math.max(most, disk.files);
  };
  for (let ms = 0; ms < SECONDS * SECOND_MS; ms += SWEEP_MS) await period(true);
  const kept = OUTPUTS * (TTL_MS + TOMBSTONE_MS + 2 * SWEEP_MS) / SECOND_MS;
  assert(
    most > OUTPUTS * TTL_MS / SECOND_MS && most <= kept,
    `${most} files, ${kept} are to be kept at most`,
  );
  for (let ms = 0; ms < TTL_MS + TOMBSTONE_MS + 2 * SWEEP_MS; ms += SWEEP_MS) await period(false);
  assertEquals(disk.files, 0);
});
