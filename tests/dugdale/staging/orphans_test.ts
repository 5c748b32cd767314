import { assertEquals } from "@std/assert";
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "@std/path";
import { removeOrphans } from "../../../dugdale/staging/orphans.ts";
import { Area, bytes } from "./area.ts";

interface Entries {
  readonly known: string[];
  readonly orphans: string[];
}

/** Files and folders with rows and without, all of them some minutes old. */
async function scatter(area: Area, minutesOld: number): Promise<Entries> {
  const { dataDir, ids } = area;
  const { id: stagingId } = await area.put(bytes(10));
  const { missionId } = await area.mission([{ stagingId, role: "a" }]);
  const [lost, other] = [ids.mission(), ids.staging()];
  const known = [dataDir.staging(stagingId), dataDir.capture(missionId, "stdout"), dataDir.work(missionId)];
  const orphans = [
    dataDir.staging(other),
    `${dataDir.staging(ids.staging())}.tmp`,
    dataDir.capture(lost, "stdout"),
    dataDir.capture(lost, "combined"),
    dataDir.work(lost),
  ];
  for (const work of [dataDir.work(missionId), dataDir.work(lost)]) {
    mkdirSync(join(work, "tmp"), { recursive: true });
  }
  const foreign = [join(dataDir.root, "work", "notes"), join(dataDir.root, "staging", "README")];
  const old = area.clock.wallMs() / 1000 - minutesOld * 60;
  for (const path of [...known, ...orphans, ...foreign]) {
    if (!existsSync(path)) writeFileSync(path, "x");
    utimesSync(path, old, old);
  }
  return { known: [...known, ...foreign], orphans };
}

function left(paths: string[]): number {
  return paths.filter((path) => existsSync(path)).length;
}

const stopping = new AbortController().signal;

Deno.test("removeOrphans() removes files without a record and nothing else", async () => {
  await using area = new Area();
  const { known, orphans } = await scatter(area, 0);
  assertEquals(await removeOrphans(area.staging.parts, { beforeMs: Infinity, stopping }), 5);
  assertEquals([left(known), left(orphans)], [5, 0]);
});

Deno.test("removeOrphans() leaves young entries when told so", async () => {
  await using area = new Area();
  const young = await scatter(area, 4);
  const old = await scatter(area, 6);
  assertEquals(
    await removeOrphans(area.staging.parts, { beforeMs: area.clock.wallMs() - 5 * 60_000, stopping }),
    5,
  );
  assertEquals([left(young.orphans), left(old.orphans), left(old.known)], [5, 0, 5]);
});

Deno.test("removeOrphans() leaves staging files alone that a finishing mission may have just made", async () => {
  await using area = new Area();
  const { orphans } = await scatter(area, 6);
  const { id } = await area.mission([]);
  await area.store.write(() => {
    area.store.missions.queue.claim("main", 10, area.clock.wallMs() - 10 * 60_000);
    area.store.missions.noteEnding(id, "{}");
  });
  assertEquals(
    await removeOrphans(area.staging.parts, { beforeMs: area.clock.wallMs() - 5 * 60_000, stopping }),
    3,
  );
  assertEquals(left(orphans), 2);
});

Deno.test("removeOrphans() removes a link but not what it points to", async () => {
  await using area = new Area();
  const outside = await Deno.makeTempDir();
  try {
    writeFileSync(join(outside, "keep"), "x");
    const work = area.dataDir.work(area.ids.mission());
    mkdirSync(work);
    Deno.symlinkSync(outside, join(work, "link"));
    assertEquals(await removeOrphans(area.staging.parts, { beforeMs: Infinity, stopping }), 1);
    assertEquals([existsSync(work), existsSync(join(outside, "keep"))], [false, true]);
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});
