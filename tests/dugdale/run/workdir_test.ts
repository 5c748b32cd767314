import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { makeWorkdir, tidyWorkdir } from "../../../dugdale/run/workdir.ts";
import type { MissionFileRow, MissionRow } from "../../../dugdale/store/mission_row.ts";

const id = "0192a8b3-d2c1-7abc-bad0-1234567890ab" as MissionRow["mission_id"];
const stagingId = "0192a8b3-d2c1-7abc-bad0-1234567890ac" as MissionFileRow["staging_id"];
const mission = { mission_id: id, kind: "mission", input: '{"a":1}' } as const;
const file: MissionFileRow = {
  staging_id: stagingId,
  ref_kind: "input",
  role: "log",
  sha256: "",
  size: 3,
  state: "complete",
};

async function withDataDir(test: (dataDir: DataDir) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const dataDir = new DataDir(root);
    dataDir.make();
    await Deno.writeTextFile(dataDir.staging(stagingId), "abc");
    await test(dataDir);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const names = (path: string): string[] => [...Deno.readDirSync(path)].map((entry) => entry.name).sort();

Deno.test("makeWorkdir() wipes what an earlier run has left", () =>
  withDataDir(async (dataDir) => {
    const { path } = await makeWorkdir(mission, [file], dataDir, new Slots(2));
    await Deno.writeTextFile(join(path, "left"), "behind");
    const { stdin } = await makeWorkdir(mission, [file], dataDir, new Slots(2));
    assertEquals(names(path), ["in", "input.json", "out", "tmp"]);
    assertEquals(await Deno.readTextFile(stdin), '{"a":1}');
    assertEquals((await Deno.stat(join(path, "in", "log"))).mode! & 0o777, 0o444);
  }));

Deno.test("tidyWorkdir() removes copies, temporary and collected files, and nothing else", () =>
  withDataDir(async (dataDir) => {
    const { path } = await makeWorkdir(mission, [file], dataDir, new Slots(2));
    for (const name of ["tmp/scratch", "out/report", "out/undeclared", "notes"]) {
      await Deno.writeTextFile(join(path, name), "x");
    }
    await tidyWorkdir(dataDir.disk, path, [file], { collected: ["report"] });
    assertEquals(names(join(path, "in")), []);
    assertEquals(names(join(path, "tmp")), []);
    assertEquals(names(join(path, "out")), ["undeclared"]);
    assertEquals(names(path), ["in", "input.json", "notes", "out", "tmp"]);
  }));

Deno.test("tidyWorkdir() removes nothing behind a link that the mission put in place of a folder", () =>
  withDataDir(async (dataDir) => {
    const { path } = await makeWorkdir(mission, [file], dataDir, new Slots(2));
    const elsewhere = join(dataDir.root, "elsewhere");
    await Deno.mkdir(elsewhere);
    for (const name of ["log", "report", "data"]) await Deno.writeTextFile(join(elsewhere, name), "precious");
    for (const folder of ["in", "out", "tmp"]) {
      await Deno.remove(join(path, folder), { recursive: true });
      await Deno.symlink(elsewhere, join(path, folder));
    }
    await tidyWorkdir(dataDir.disk, path, [file], { collected: ["report"] });
    assertEquals(names(elsewhere), ["data", "log", "report"]);
  }));
