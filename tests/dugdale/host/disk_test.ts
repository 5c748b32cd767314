import { assertEquals } from "@std/assert";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { type Disk, systemDisk } from "../../../dugdale/host/disk.ts";

Deno.test("DataDir makes its folders on the disk that it was given", () => {
  const made: string[] = [];
  const disk: Disk = { ...systemDisk, mkdirSync: (path) => void made.push(path) };
  new DataDir("/data", disk).make();
  assertEquals(made, ["/data/output", "/data/staging", "/data/tombstone", "/data/work"]);
});
