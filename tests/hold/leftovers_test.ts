import { assert, assertEquals } from "@std/assert";
import { until } from "../contract/daemon.ts";
import { apply, MISSIONS, STATE } from "../contract/harness.ts";
import { Faulty } from "../contract/faulty.ts";
import type { Fields } from "../contract/dugdale.ts";
import { systemDisk } from "../../dugdale/host/disk.ts";
import { Area, bytes } from "../dugdale/staging/area.ts";

const never = new AbortController().signal;

Deno.test("one sweep removes all files whose time is over, however many there are", async () => {
  await using area = new Area();
  const count = 2500;
  await area.store.write(() => {
    for (let index = 0; index < count; index++) {
      area.store.staging.begin({
        stagingId: area.ids.staging(),
        sha256: "0",
        size: 1,
        nowMs: 1,
        expiresMs: 1,
      });
    }
  });
  assertEquals(area.store.staging.uploading().count, count);
  await area.staging.sweep.run(never);
  assertEquals(area.store.staging.retention.deleting("", count), []);
  assertEquals(area.store.staging.uploading().count, 0);
});

Deno.test("a staging folder on a file system of its own is swept", async () => {
  const rename = () => Promise.reject(Object.assign(new Error("cross-device link"), { code: "EXDEV" }));
  await using area = new Area({ disk: { ...systemDisk, rename } });
  const { id } = await area.put(bytes(10));
  area.clock.aheadMs = 3_601_000;
  await area.staging.sweep.run(never);
  assertEquals(area.store.staging.find(id), undefined);
  assertEquals(systemDisk.existsSync(area.dataDir.staging(id)), false);
});

Deno.test("an output file has its expiry as soon as its mission is done", async () => {
  await using faulty = await Faulty.start();
  const { mission_id: id } = await faulty.dugdale.run("writes_outputs.sh");
  const { body } = await faulty.dugdale.get(`/v1/staging?mission_id=${id}`);
  const files = (body.items ?? body.files ?? body.staging) as Fields[];
  assert(files.length > 0, JSON.stringify(body));
  for (const { time_expires } of files) assert(Number(time_expires) > Date.now(), String(time_expires));
});

Deno.test("a mission that runs again from a restored database has its output once", async () => {
  await using faulty = await Faulty.start();
  const held = {
    mission_dir: MISSIONS,
    lanes: { ...STATE.lanes as Fields, held: { concurrency: 1, paused: true } },
  };
  await apply(faulty.dugdale, held);
  const id = await faulty.dugdale.queue("prints_much.sh", { lane: "held" });
  const database = `${faulty.dataDir}/state.db`, backup = `${faulty.place.dir}/backup.db`;
  await faulty.stop();
  await Deno.copyFile(database, backup);
  const lengths: number[] = [];
  for (let time = 0; time < 2; time++) {
    await Deno.copyFile(backup, database);
    await faulty.restart();
    await faulty.dugdale.post("/v1/admin/lanes/held/continue");
    assertEquals((await faulty.dugdale.done(id)).outcome, "success");
    lengths.push((await faulty.dugdale.output(id, "stdout")).length);
    await faulty.stop();
  }
  assertEquals(lengths[1], lengths[0]);
});

Deno.test("what a dugdale that was ended by force left of inputs and outputs is removed after the next start", async () => {
  await using faulty = await Faulty.start();
  const { dugdale, dataDir } = faulty;
  const input = await dugdale.stage("content");
  const record = await dugdale.run("writes_outputs.sh", { files: [{ role: "data", staging_id: input }] });
  const work = `${dataDir}/work/${record.mission_id}`;
  const [key] = Object.keys(record.outputs as Fields);
  await faulty.stop();
  // As if it had died right after the end was on record.
  const left = [`${work}/in/data`, `${work}/out/${key}`, `${work}/tmp/file`];
  for (const path of left) await Deno.writeTextFile(path, "content");
  await Deno.writeTextFile(`${work}/out/undeclared`, "stays until the mission goes");
  await Deno.writeTextFile(`${dataDir}/dugdale.lock`, "pid=1\n");
  await faulty.restart();
  await until(() => Promise.resolve(!left.some((path) => systemDisk.existsSync(path))));
  assert(systemDisk.existsSync(`${work}/out/undeclared`));
});
