import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { statfsSync } from "node:fs";
import { Place, until } from "../contract/daemon.ts";
import type { Dugdale } from "../contract/dugdale.ts";
import { apply, callsTo, STATE } from "../contract/harness.ts";
import { canMount, mounted } from "../contract/own_disk.ts";
import { Faulty } from "../contract/faulty.ts";

/** What readyz answers. */
async function ready(dugdale: Dugdale): Promise<unknown[]> {
  const { status, body } = await dugdale.get("/v1/readyz");
  return [status, body.error, (body.details as { kind?: string } | undefined)?.kind];
}

/** A mission that has ended, with captured output and an input file. */
async function worked(faulty: Faulty): Promise<string> {
  const { dugdale } = faulty;
  const id = await dugdale.stage("content");
  await dugdale.run("prints_much.sh", { files: [{ role: "data", staging_id: id }] });
  return faulty.find(id);
}

const LOSSES: Readonly<Record<string, (database: string) => Promise<void>>> = {
  removed: (database) => Deno.remove(database),
  replaced: async (database) => {
    await Deno.copyFile(database, `${database}.copy`);
    await Deno.rename(`${database}.copy`, database);
  },
  cut: (database) => Deno.truncate(database, 100),
  "without its log": (database) => Deno.remove(`${database}-wal`),
};
for (const [what, lose] of Object.entries(LOSSES)) {
  Deno.test(`a dugdale whose database is ${what} accepts nothing and says so on readyz`, async () => {
    await using faulty = await Faulty.start();
    const file = await worked(faulty);
    assertEquals((await ready(faulty.dugdale))[0], 200);
    await lose(`${faulty.dataDir}/state.db`);
    // The files are looked at ten times a second while it writes.
    await until(async () => (await faulty.dugdale.dispatch({ mission: "silent.sh" })).status === 500);
    assertEquals(await ready(faulty.dugdale), [503, "awaiting_manual_repair", "database_lost"]);
    await until(async () => (await faulty.place.printed("stderr")).includes('"msg":"database lost"'));
    assert((await Deno.stat(file)).isFile);
  });
}

Deno.test("a database that was moved away and back is used again", async () => {
  await using faulty = await Faulty.start();
  const database = `${faulty.dataDir}/state.db`;
  await Deno.rename(database, `${database}.away`);
  assertEquals((await ready(faulty.dugdale))[0], 503);
  await Deno.rename(`${database}.away`, database);
  assertEquals((await ready(faulty.dugdale))[0], 200);
  assertEquals((await faulty.dugdale.run("silent.sh")).outcome, "success");
});

Deno.test("without its database, or with a new one, a dugdale beside files does not start and removes none", async () => {
  await using faulty = await Faulty.start();
  const file = await worked(faulty);
  const { place } = faulty;
  const database = `${faulty.dataDir}/state.db`;
  await faulty.stop();
  for (const lose of [() => Deno.remove(database), () => Deno.writeTextFile(database, "")]) {
    await lose();
    for (const flags of [[], ["--migrate-only"]]) {
      assertEquals((await place.spawn({ flags }).exited).code, 1);
      assertStringIncludes(await place.printed("stderr"), `state.db is missing or new, but `);
      assert((await Deno.stat(file)).isFile);
    }
  }
  // A database with tables, in which nothing was ever recorded.
  await Deno.remove(database).catch(() => {});
  for (const folder of ["output", "staging", "work"]) {
    await Deno.rename(`${faulty.dataDir}/${folder}`, `${place.dir}/${folder}`);
  }
  assertEquals((await place.spawn({ flags: ["--migrate-only"] }).exited).code, 0);
  for (const folder of ["output", "staging", "work"]) {
    await Deno.rename(`${place.dir}/${folder}`, `${faulty.dataDir}/${folder}`);
  }
  assertEquals((await place.spawn().exited).code, 1);
  assert((await Deno.stat(file)).isFile);
});

Deno.test({
  name: "readyz is 503 while the disk is full, also when nothing else is written, and 200 soon after",
  ignore: !await canMount(),
  fn: async () => {
    await using place = await Place.make();
    await using _disk = await mounted(place.dataDir, 8 * 1024 * 1024);
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    await apply(dugdale, STATE);
    const { bavail, bsize } = statfsSync(place.dataDir);
    const filler = `${place.dataDir}/filler`;
    await Deno.writeFile(filler, new Uint8Array(bavail * bsize));
    await until(async () => (await ready(dugdale))[1] === "db_error");
    await Deno.remove(filler);
    await until(async () => (await ready(dugdale))[0] === 200);
    assertEquals((await dugdale.dispatch({ mission: "silent.sh" })).status, 202);
  },
});
