import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "@std/path";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { DiskUsage } from "../../../dugdale/staging/disk_usage.ts";

const going = new AbortController().signal;

class Folder implements Disposable {
  readonly dataDir = new DataDir(Deno.makeTempDirSync());

  write(path: string, size: number): void {
    const whole = join(this.dataDir.root, path);
    mkdirSync(join(whole, ".."), { recursive: true });
    writeFileSync(whole, new Uint8Array(size));
  }

  usage(maxBytes = 0): DiskUsage {
    return new DiskUsage(this.dataDir, { maxDataDirBytes: maxBytes }, new Slots(8));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dataDir.root, { recursive: true });
  }
}

Deno.test("DiskUsage.measure() adds the sizes of all files up", async () => {
  using folder = new Folder();
  folder.write("state.db", 1);
  for (let index = 0; index < 100; index++) folder.write(`staging/${index % 7}/${index}`, 10);
  folder.write("output/aa/x-stdout", 200);
  folder.write("work/id/deep/er/file", 3000);
  Deno.symlinkSync("/", join(folder.dataDir.root, "work/id/everything"));
  const usage = folder.usage();
  assertEquals(usage.bytes, 0, "until the first walk");
  await usage.measure(going);
  assertEquals(usage.measured.staging, 1000);
  assertEquals(usage.measured.output, 200);
  assertEquals(
    usage.measured.total,
    4201 + Deno.lstatSync(join(folder.dataDir.root, "work/id/everything")).size,
  );
});

Deno.test("DiskUsage counts what is written between two walks once", async () => {
  using folder = new Folder();
  const usage = folder.usage();
  folder.write("staging/aa/x", 500);
  usage.add(500);
  assertEquals(usage.bytes, 500);
  await usage.measure(going);
  assertEquals(usage.bytes, 500);
});

Deno.test("DiskUsage.check() refuses from one byte above the quota, problem() from the quota on", async () => {
  using folder = new Folder();
  folder.write("staging/aa/x", 500);
  const usage = folder.usage(500);
  await usage.measure(going);
  usage.check();
  const error = assertThrows(() => usage.check(1), ProblemError);
  assertEquals([error.code, error.status, error.retryAfterS], ["disk_quota_exceeded", 503, 30]);
  assertEquals(usage.problem(), "the data directory holds 500 bytes, 500 are allowed");
  const free = folder.usage();
  free.add(10 ** 15);
  free.check();
  assertEquals(free.problem(), undefined, "0 is no quota");
});

Deno.test("DiskUsage.measure() ends early when the daemon stops", async () => {
  using folder = new Folder();
  folder.write("staging/aa/x", 500);
  const usage = folder.usage();
  await assertRejects(() => usage.measure(AbortSignal.abort()), DOMException);
  assertEquals(usage.bytes, 0);
});
