import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import type { MissionId, StagingId } from "../../../protocol/names.ts";
import type { OutcomeKind } from "../../../protocol/mission.ts";
import { retentionTtls, uploadTtlMs } from "../../../dugdale/staging/expiry.ts";
import { Area, bytes } from "./area.ts";
import { ending, finish } from "../store/samples.ts";

const ttls = {
  stagingTtlMs: 1_000,
  downloadedGraceMs: 100,
  successTtlMs: 10_000,
  failedTtlMs: 20_000,
  execSuccessTtlMs: 30_000,
  execFailedTtlMs: 40_000,
};

async function file(area: Area): Promise<StagingId> {
  return (await area.put(bytes(10))).id;
}

async function settle(area: Area, ...ids: StagingId[]): Promise<(number | null)[]> {
  await area.store.write(() => {
    area.store.staging.retention.settle(ttls, 1000);
  });
  return ids.map((id) => area.store.staging.find(id)!.time_expires);
}

async function end(area: Area, missionId: MissionId, outcome: OutcomeKind, nowMs: number): Promise<void> {
  await area.store.write(() => finish(area.store, missionId, ending(outcome), nowMs));
}

/** Removes a mission with all that hangs on its row, over a connection of its own. */
function forget(area: Area, mission: number): void {
  using db = new DatabaseSync(area.dataDir.database);
  db.prepare("DELETE FROM missions WHERE id = ?").run(mission);
}

Deno.test("retentionTtls() are those of the configuration", () => {
  const config = dugdaleConfig({
    listen: ":0",
    dataDir: "/",
    cleanup: { stagingTtlMs: 0 },
    exec: { execFailedTtlMs: 7 },
  });
  const { stagingTtlMs, failedTtlMs, execFailedTtlMs } = retentionTtls(config);
  assertEquals([stagingTtlMs, failedTtlMs, execFailedTtlMs], [0, 7 * 86_400_000, 7]);
  assertEquals(uploadTtlMs(config), 3_600_000);
});

Deno.test("A file is pinned from the dispatch of its mission until the mission's record is removed", async () => {
  await using area = new Area();
  const id = await file(area);
  const mission = await area.mission([{ stagingId: id, role: "a" }]);
  assertEquals(await settle(area, id), [null]);
  await end(area, mission.missionId, "success", 5);
  assertEquals(await settle(area, id), [null], "nothing has been recalculated");
});

Deno.test("A file of missions that are all done lives as long as the one that is kept longest", async () => {
  await using area = new Area();
  const files = [
    await file(area),
    await file(area),
    await file(area),
    await file(area),
    await file(area),
  ] as const;
  const uses: [StagingId, OutcomeKind, "mission" | "exec", number][] = [
    [files[0], "success", "mission", 5],
    [files[1], "lost", "mission", 5],
    [files[2], "success", "exec", 5],
    [files[3], "killed", "exec", 5],
    [files[4], "success", "mission", 5],
    [files[4], "failed", "mission", 2],
  ];
  for (const [stagingId, outcome, kind, finishedMs] of uses) {
    // The second mission goes at once, which makes the file's expiry be worked out anew.
    const mission = await area.mission([{ stagingId, role: "a" }], kind);
    const removed = await area.mission([{ stagingId, role: "a" }], kind);
    await end(area, mission.missionId, outcome, finishedMs);
    forget(area, removed.id);
  }
  assertEquals(await settle(area, ...files), [10_005, 20_005, 30_005, 40_005, 20_002]);
});

Deno.test("A file of a done and of an unfinished mission stays pinned", async () => {
  await using area = new Area();
  for (const status of ["queued", "running", "deleting"]) {
    const id = await file(area);
    const done = await area.mission([{ stagingId: id, role: "a" }]);
    await end(area, done.missionId, "success", 5);
    const other = await area.mission([{ stagingId: id, role: "a" }]);
    const removed = await area.mission([{ stagingId: id, role: "a" }]);
    await area.store.write(() => {
      if (status === "running") area.store.missions.queue.claim("main", 1, area.clock.wallMs());
      if (status === "deleting") area.store.missions.markDeleting(other.id);
    });
    assertEquals(area.store.missions.find(other.missionId)?.status, status);
    forget(area, removed.id);
    assertEquals(await settle(area, id), [null]);
    for (const mission of [done, other]) forget(area, mission.id);
  }
});

Deno.test("A file without missions lives from its creation, and shorter once it has been downloaded", async () => {
  await using area = new Area();
  const [plain, early, late] = [await file(area), await file(area), await file(area)];
  const created = (id: StagingId) => area.store.staging.find(id)!.time_created;
  await area.store.write(() => {
    area.store.staging.touchDownload(early, created(early) + 10);
    area.store.staging.touchDownload(late, created(late) + 950);
  });
  for (const stagingId of [plain, early, late]) {
    const { id } = await area.mission([{ stagingId, role: "a" }]);
    forget(area, id);
  }
  assertEquals(await settle(area, plain, early, late), [
    created(plain) + 1000,
    created(early) + 110,
    created(late) + 1000,
  ]);
});

Deno.test("Outputs of a mission get their expiry in the transaction that makes it done", async () => {
  await using area = new Area();
  const input = await file(area);
  const mission = await area.mission([{ stagingId: input, role: "in" }]);
  const output = area.ids.staging();
  await area.store.write(() => {
    finish(area.store, mission.missionId, ending("success"), 5);
    area.store.staging.addOutput(mission.id, { stagingId: output, role: "out", sha256: "0", size: 1 }, 5);
    area.store.staging.retention.settle(ttls, 1000);
  });
  assertEquals(area.store.staging.find(output)?.time_expires, 10_005);
  assertEquals(
    area.store.staging.find(input)?.time_expires,
    null,
    "the input stays until the mission's row goes",
  );
});

Deno.test("settle() works off what has piled up in portions", async () => {
  await using area = new Area();
  const ids = [await file(area), await file(area), await file(area)];
  const { id } = await area.mission(ids.map((stagingId, index) => ({ stagingId, role: `r${index}` })));
  forget(area, id);
  const settleTwo = () => area.store.write(() => area.store.staging.retention.settle(ttls, 2));
  assertEquals([await settleTwo(), await settleTwo(), await settleTwo()], [2, 1, 0]);
});
