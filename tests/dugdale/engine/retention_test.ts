import { assertEquals } from "@std/assert";
import type { DugdaleSettings } from "../../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { Retention } from "../../../dugdale/engine/retention.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { Store } from "../../../dugdale/store/store.ts";
import type { MissionKind, OutcomeKind } from "../../../protocol/mission.ts";
import type { MissionId } from "../../../protocol/names.ts";
import { ids, openRunning } from "../running.ts";
import { HandClock } from "../hand_clock.ts";
import { ending, finish, newMission } from "../store/samples.ts";

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

/** Rows and files that a sweep goes through, at a moment that stands still. */
class Kept implements Disposable {
  readonly dataDir: DataDir = new DataDir(Deno.makeTempDirSync());
  readonly store: Store = new Store(this.dataDir.database, -2000);
  readonly #settings: Partial<DugdaleSettings>;

  constructor(settings: Partial<DugdaleSettings> = {}) {
    this.dataDir.make();
    this.#settings = settings;
  }

  async sweep(stopping: AbortSignal = new AbortController().signal): Promise<number> {
    const { log: _, ...settings } = this.#settings;
    const { store, dataDir } = this;
    const config = dugdaleConfig({ listen: ":0", dataDir: dataDir.root, ...settings });
    const clock = new HandClock({ wallMs: NOW, fromMs: 1000 });
    const transitions = new Transitions(store, silentLog);
    const parts = { store, transitions, dataDir, config, clock, log: silentLog, slots: new Slots(4) };
    return await new Retention(parts).run(stopping);
  }

  /** Adds a mission that ended so long ago, with output and a working directory. */
  async ended(kind: MissionKind, outcome: OutcomeKind, agoMs: number): Promise<MissionId> {
    const missionId = ids.mission();
    await this.store.write(() => {
      this.#insert(missionId, kind);
      finish(this.store, missionId, ending(outcome), NOW - agoMs);
    });
    for (const path of this.dataDir.captures(missionId)) Deno.writeTextFileSync(path, "said");
    Deno.mkdirSync(`${this.dataDir.work(missionId)}/out/deep`, { recursive: true });
    Deno.writeTextFileSync(`${this.dataDir.work(missionId)}/out/deep/file`, "made");
    return missionId;
  }

  queued(): Promise<MissionId> {
    const missionId = ids.mission();
    return this.store.write(() => {
      this.#insert(missionId, "mission");
      return missionId;
    });
  }

  has(id: MissionId): boolean {
    return this.store.missions.find(id) !== undefined;
  }

  /** Every file and folder that belongs to the mission. */
  files(id: MissionId): string[] {
    return [...this.dataDir.captures(id), this.dataDir.work(id)].filter((path) => {
      try {
        Deno.statSync(path);
        return true;
      } catch {
        return false;
      }
    });
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    Deno.removeSync(this.dataDir.root, { recursive: true });
  }

  #insert(missionId: MissionId, kind: MissionKind): number {
    return this.store.missions.insert(newMission({ missionId, kind, createdMs: NOW - 99 * HOUR }));
  }
}

Deno.test("Retention.run() keeps each mission for the time of its kind and outcome, to the millisecond", async () => {
  using kept = new Kept({
    cleanup: { successTtlMs: HOUR, failedTtlMs: 2 * HOUR, lostCleanupGraceMs: HOUR / 2 },
    exec: { execSuccessTtlMs: 3 * HOUR, execFailedTtlMs: 4 * HOUR },
  });
  const ttls: [MissionKind, OutcomeKind, number][] = [
    ["mission", "success", HOUR],
    ["exec", "success", 3 * HOUR],
    ["mission", "lost", 2.5 * HOUR],
    ["exec", "lost", 4.5 * HOUR],
    ...(["failed", "killed", "timeout", "crashed", "oom"] as const).flatMap((outcome) => [
      ["mission", outcome, 2 * HOUR] as [MissionKind, OutcomeKind, number],
      ["exec", outcome, 4 * HOUR] as [MissionKind, OutcomeKind, number],
    ]),
  ];
  const old: MissionId[] = [], young: MissionId[] = [];
  for (const [kind, outcome, ttl] of ttls) {
    old.push(await kept.ended(kind, outcome, ttl + 1));
    young.push(await kept.ended(kind, outcome, ttl));
  }
  assertEquals(await kept.sweep(), old.length);
  assertEquals(old.map((id) => kept.has(id)), old.map(() => false));
  assertEquals(young.map((id) => kept.has(id)), young.map(() => true));
  for (const id of old) assertEquals(kept.files(id), []);
  for (const id of young) assertEquals(kept.files(id).length, 5);
});

Deno.test("Retention.run() removes what was deleted by hand, and nothing that waits or runs", async () => {
  using kept = new Kept();
  const [deleted, waiting, running] = [await kept.queued(), await kept.queued(), await kept.queued()];
  await kept.store.write(() => {
    kept.store.missions.markDeleting(kept.store.missions.find(deleted)?.id ?? 0);
    const row = kept.store.missions.find(waiting);
    kept.store.missions.queue.claim("a", 2, NOW);
    return row;
  });
  assertEquals(await kept.sweep(), 1);
  assertEquals([deleted, waiting, running].map((id) => kept.has(id)), [false, true, true]);
});

Deno.test("Retention.run() goes through more than one batch, and again over what a crash left half removed", async () => {
  using kept = new Kept({ cleanup: { successTtlMs: 0 } });
  const all: MissionId[] = [];
  for (let count = 0; count < 120; count++) all.push(await kept.ended("mission", "success", 1 + count));
  const [first] = all;
  await kept.store.write(() => kept.store.missions.retention.hide("mission", "success", NOW, 7));
  for (const path of kept.dataDir.captures(first!)) Deno.removeSync(path);
  assertEquals(await kept.sweep(), 120);
  assertEquals(all.filter((id) => kept.has(id)), []);
  assertEquals(all.flatMap((id) => kept.files(id)), []);
});

Deno.test("Retention.run() stops after the batch that is under way", async () => {
  using kept = new Kept({ cleanup: { successTtlMs: 0 } });
  for (let count = 0; count < 120; count++) await kept.ended("mission", "success", 1 + count);
  assertEquals(await kept.sweep(AbortSignal.abort()), 0);
  const stopping = new AbortController();
  const swept = kept.sweep(stopping.signal);
  stopping.abort();
  const removed = await swept;
  assertEquals(removed > 0 && removed < 120, false, "nothing was hidden yet when it was told to stop");
});

Deno.test("A dugdale removes old missions every sweep_interval, with their input files' pins", async () => {
  await using running = await openRunning({
    cleanup: { sweepIntervalMs: 5, successTtlMs: 0 },
  });
  await running.apply({ a: { concurrency: 1 } });
  const file = await running.stage("input");
  const key = ids.mission();
  await running.request("POST", "/v1/dispatch", {
    key,
    body: { mission: "m", lane: "a", files: [{ role: "f", staging_id: file }] },
  });
  await running.request("GET", `/v1/missions/${key}/events?follow=true`);
  const untilMs = performance.now() + 10_000;
  let status = 200;
  while ((status === 200 || status === 410) && performance.now() < untilMs) {
    ({ status } = await running.request("GET", `/v1/missions/${key}/output?stream=stdout`));
  }
  assertEquals(status, 404);
  const { body } = await running.request("DELETE", `/v1/staging/${file}`);
  assertEquals(body, { status: "deletion_pending" });
});
