import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "@std/path";
import type { StagingId } from "../../../protocol/names.ts";
import { Area, bytes, sha256 } from "./area.ts";
import { ending, finish } from "../store/samples.ts";
import { RawPut } from "./raw_put.ts";

const data = bytes(1000);
const HOUR_MS = 3_600_000;

/** Where a file is now: its row, itself, its tombstone. */
function places(area: Area, id: StagingId): (string | undefined | boolean)[] {
  const row = area.store.staging.find(id)?.state;
  return [row, existsSync(area.dataDir.staging(id)), existsSync(area.dataDir.tombstone(id))];
}

async function sweep(area: Area): Promise<void> {
  await area.staging.sweep.run(new AbortController().signal);
}

Deno.test("A file whose time is over goes by way of the tombstones", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  area.clock.aheadMs = HOUR_MS - 1000;
  await sweep(area);
  assertEquals(places(area, id), ["complete", true, false]);
  area.clock.aheadMs = HOUR_MS + 1000;
  await sweep(area);
  assertEquals(places(area, id), ["deleting", false, true]);
  area.clock.aheadMs += 61_000;
  await sweep(area);
  assertEquals(places(area, id), [undefined, false, false]);
});

Deno.test("An unfinished upload that is not continued is removed too", async () => {
  await using area = new Area();
  const { id } = await area.put(data, { range: [0, 10] });
  area.clock.aheadMs = HOUR_MS + 1000;
  await sweep(area);
  assertEquals(places(area, id), ["deleting", false, true]);
});

Deno.test("An upload that is under way stays however old it is", async () => {
  await using area = new Area();
  using upload = new RawPut(area, area.ids.staging(), {
    "X-Letts-Sha256": sha256(data),
    "Content-Length": "1000",
  });
  upload.write(data.subarray(0, 10));
  await upload.received(10);
  area.clock.aheadMs = 10 * HOUR_MS;
  await sweep(area);
  assertEquals(places(area, upload.id), ["uploading", true, false]);
  upload.write(data.subarray(10));
  assertEquals((await upload.end()).status, 201);
});

Deno.test("A deleted file is gone after two sweeps", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  await area.status("DELETE", `/${id}`);
  await sweep(area);
  assertEquals(places(area, id), ["deleting", false, true]);
  await sweep(area);
  area.clock.aheadMs = 61_000;
  await sweep(area);
  assertEquals(places(area, id), [undefined, false, false]);
  assertEquals((await area.put(data, { id })).status, 201, "the id is free again");
});

Deno.test("A record whose file never came is removed", async () => {
  await using area = new Area();
  const { id } = await area.put(data, { sha256: "0".repeat(64) });
  assertEquals(places(area, id), ["deleting", false, false]);
  await sweep(area);
  assertEquals(places(area, id), [undefined, false, false]);
});

Deno.test("A file that cannot be moved or removed holds up no other one", async () => {
  await using area = new Area();
  const [stuck, moved] = [await area.put(data), await area.put(data)];
  // No file can take the place of a folder.
  mkdirSync(join(area.dataDir.tombstone(stuck.id), "full"), { recursive: true });
  area.clock.aheadMs = HOUR_MS + 1000;
  await sweep(area);
  assertEquals(places(area, moved.id), ["deleting", false, true]);
  area.clock.aheadMs += 61_000;
  await sweep(area);
  assertEquals(places(area, moved.id), [undefined, false, false]);
  assertEquals(places(area, stuck.id), ["deleting", true, true]);
  rmSync(area.dataDir.tombstone(stuck.id), { recursive: true });
  await sweep(area);
  assertEquals(places(area, stuck.id), ["deleting", false, true]);
});

Deno.test("A file that a mission refers to stays, and its record stays while the mission's does", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  const mission = await area.mission([{ stagingId: id, role: "a" }]);
  area.clock.aheadMs = 1000 * HOUR_MS;
  await sweep(area);
  assertEquals(places(area, id), ["complete", true, false]);
  await area.store.write(() => finish(area.store, mission.missionId, ending("success"), 5));
  await area.status("DELETE", `/${id}?force=true`);
  for (let round = 0; round < 3; round++) {
    await sweep(area);
    area.clock.aheadMs += 61_000;
  }
  assertEquals(places(area, id), ["deleting", false, false]);
  using db = new DatabaseSync(area.dataDir.database);
  db.prepare("DELETE FROM missions WHERE id = ?").run(mission.id);
  await sweep(area);
  assertEquals(places(area, id), [undefined, false, false]);
});

Deno.test("A file that has lost its last mission is worked out and swept", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  const mission = await area.mission([{ stagingId: id, role: "a" }]);
  area.clock.aheadMs = 2 * HOUR_MS;
  using db = new DatabaseSync(area.dataDir.database);
  db.prepare("DELETE FROM missions WHERE id = ?").run(mission.id);
  assertEquals(area.store.staging.find(id)?.time_expires, 0);
  await sweep(area);
  assertEquals(places(area, id), ["deleting", false, true]);
});

Deno.test("A sweep goes through more files than it takes at once", async () => {
  await using area = new Area();
  const ids = area.ids;
  const files = Array.from({ length: 250 }, () => ids.staging());
  await area.store.write(() => {
    for (const id of files) {
      area.store.staging.begin({ stagingId: id, sha256: "0", size: 1, nowMs: 1, expiresMs: 1 });
    }
  });
  for (const id of files) Deno.writeFileSync(area.dataDir.staging(id), data);
  await sweep(area);
  for (const id of files) assertEquals(places(area, id), ["deleting", false, true]);
});

Deno.test("A sweep that is told to stop leaves the rest for the next one", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  area.clock.aheadMs = HOUR_MS + 1000;
  await area.staging.sweep.run(AbortSignal.abort());
  assertEquals(places(area, id), ["complete", true, false]);
  await sweep(area);
  assert(existsSync(area.dataDir.tombstone(id)));
});
