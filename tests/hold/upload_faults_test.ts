import { assert, assertEquals } from "@std/assert";
import { type Disk, systemDisk } from "../../dugdale/host/disk.ts";
import { Area, bytes } from "../dugdale/staging/area.ts";

const data = bytes(1000);

/** A disk that notes what is brought to it, and fails for as long as it is told to. */
class FailingDisk {
  failing = false;
  readonly synced: string[] = [];
  readonly disk: Disk = {
    ...systemDisk,
    open: async (path, flags, mode) => {
      const file = await systemDisk.open(path, flags, mode);
      const sync = file.sync.bind(file);
      file.sync = async () => {
        this.#check();
        await sync();
        this.synced.push(path);
      };
      return file;
    },
    openFile: async (path, options) => {
      const file = await systemDisk.openFile(path, options);
      return {
        read: (buffer) => file.read(buffer),
        write: (chunk) => file.write(chunk),
        seek: (offset, whence) => file.seek(offset, whence),
        stat: () => file.stat(),
        close: () => file.close(),
        get readable() {
          return file.readable;
        },
        truncate: async (size) => {
          this.#check();
          await file.truncate(size);
        },
        sync: async () => {
          this.#check();
          await file.sync();
          this.synced.push(path);
        },
      };
    },
  };

  #check(): void {
    if (this.failing) throw Object.assign(new Error("the disk fails"), { code: "EIO" });
  }
}

Deno.test("a file, its folder and the folder above are on the disk before an upload is answered with 201", async () => {
  const failing = new FailingDisk();
  await using area = new Area({ disk: failing.disk });
  const { id, status } = await area.put(data);
  const path = area.dataDir.staging(id);
  const folder = path.slice(0, path.lastIndexOf("/"));
  assertEquals(status, 201);
  assertEquals(failing.synced, [path, folder, folder.slice(0, folder.lastIndexOf("/"))]);
});

Deno.test("an upload that failed because the disk did for a while goes on without a restart", async () => {
  const failing = new FailingDisk();
  await using area = new Area({ disk: failing.disk });
  failing.failing = true;
  const { id, status, body } = await area.put(data);
  assertEquals([status, body.error], [500, "io_error"]);
  failing.failing = false;
  const next = await area.put(data, { id });
  assertEquals([next.status, next.body.error], [416, "range_not_satisfiable"]);
  const start = next.body.details.bytes_received;
  assert(start < data.length);
  assertEquals((await area.put(data, { id, range: [start, data.length] })).status, 201);
  assertEquals(Deno.readFileSync(area.dataDir.staging(id)), data);
});
