import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { Ids } from "../../../protocol/ids.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { type Disk, type Folder, systemDisk } from "../../../dugdale/host/disk.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { CollectError, collectOutputs } from "../../../dugdale/run/collect.ts";
import type { CollectedFile } from "../../../dugdale/store/staging_row.ts";

const ids = new Ids();

/** A data directory with the folder of one mission. */
class Place implements Disposable {
  readonly dir = Deno.makeTempDirSync({ prefix: "letts-collect-" });
  readonly workdir: string;
  readonly dataDir: DataDir;

  constructor(disk: Disk = systemDisk) {
    this.dataDir = new DataDir(`${this.dir}/data`, disk);
    this.dataDir.make();
    this.workdir = this.dataDir.work(ids.mission());
    Deno.mkdirSync(`${this.workdir}/out`, { recursive: true });
  }

  collect(keys: readonly string[], signal?: AbortSignal): Promise<CollectedFile[]> {
    return collectOutputs(this.workdir, keys, {
      dataDir: this.dataDir,
      ids,
      slots: new Slots(2),
      maxFileBytes: 0,
      signal,
      quotaProblem: () => undefined,
      onFsyncFailure: () => {},
    });
  }

  /** All files of the staging area. */
  staged(): string[] {
    const below = (folder: string): string[] =>
      [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
        isDirectory ? below(`${folder}/${name}`) : [`${folder}/${name}`]
      );
    return below(`${this.dir}/data/staging`);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

Deno.test("collectOutputs() copies files and tells their size and hash", async () => {
  using place = new Place();
  Deno.writeTextFileSync(`${place.workdir}/out/a`, "alpha");
  Deno.writeTextFileSync(`${place.workdir}/out/empty`, "");
  const files = await place.collect(["empty", "a"]);
  assertEquals(files.map(({ role, size }) => [role, size]), [["a", 5], ["empty", 0]]);
  assertEquals(files[0]?.sha256, createHash("sha256").update("alpha").digest("hex"));
  assertEquals(Deno.readTextFileSync(place.dataDir.staging(files[0]!.stagingId)), "alpha");
});

Deno.test("collectOutputs() keeps holes, also at the end of a file", async () => {
  using place = new Place();
  const path = `${place.workdir}/out/sparse`;
  {
    using file = Deno.openSync(path, { write: true, create: true });
    file.seekSync(5_000_000, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode("in the middle"));
    file.truncateSync(64_000_000);
  }
  const [file] = await place.collect(["sparse"]);
  const stored = place.dataDir.staging(file!.stagingId);
  assertEquals(file?.size, 64_000_000);
  assertEquals(file?.sha256, createHash("sha256").update(Deno.readFileSync(path)).digest("hex"));
  assertEquals(file?.sha256, createHash("sha256").update(Deno.readFileSync(stored)).digest("hex"));
  const { blocks } = Deno.statSync(stored);
  assert(blocks !== null && blocks * 512 <= 256 * 1024, `${blocks} blocks`);
});

Deno.test("collectOutputs() takes nothing through a link in the place of the file, of out/ or of the mission's folder", async () => {
  using place = new Place();
  const foreign = `${place.dir}/foreign`;
  Deno.mkdirSync(`${foreign}/out`, { recursive: true });
  for (const path of [`${foreign}/a`, `${foreign}/out/a`]) Deno.writeTextFileSync(path, "secret");
  const refused = async () => (await assertRejects(() => place.collect(["a"]), CollectError)).reason;
  Deno.symlinkSync(`${foreign}/a`, `${place.workdir}/out/a`);
  assertEquals(await refused(), "output_path_escape");
  Deno.removeSync(`${place.workdir}/out`, { recursive: true });
  assertEquals(await refused(), "output_path_escape");
  Deno.symlinkSync(foreign, `${place.workdir}/out`);
  assertEquals(await refused(), "output_path_escape");
  Deno.removeSync(place.workdir, { recursive: true });
  Deno.symlinkSync(foreign, place.workdir);
  assertEquals(await refused(), "output_path_escape");
  assertEquals(place.staged(), []);
});

Deno.test({
  name: "collectOutputs() goes on in the folder that it began with when another one takes its place",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    let swap = () => {};
    using place = new Place({
      ...systemDisk,
      openFolder: async (path) => {
        const folder = await systemDisk.openFolder(path);
        return {
          ...folder,
          openFolder: async (name) => {
            const out = await folder.openFolder(name);
            swap();
            return out;
          },
        };
      },
    });
    Deno.writeTextFileSync(`${place.workdir}/out/a`, "own");
    Deno.mkdirSync(`${place.dir}/foreign`);
    Deno.writeTextFileSync(`${place.dir}/foreign/a`, "foreign");
    swap = () => {
      Deno.renameSync(`${place.workdir}/out`, `${place.workdir}/before`);
      Deno.symlinkSync(`${place.dir}/foreign`, `${place.workdir}/out`);
    };
    const [file] = await place.collect(["a"]);
    assertEquals(Deno.readTextFileSync(place.dataDir.staging(file!.stagingId)), "own");
  },
});

Deno.test("collectOutputs() ends with the reason of its signal, also at the last byte, and leaves nothing behind", async () => {
  for (const abortAt of [1, 2]) {
    const abort = new AbortController();
    let reads = 0;
    using place = new Place(readsTold(() => {
      if (++reads === abortAt) abort.abort("timeout");
    }));
    Deno.writeFileSync(`${place.workdir}/out/a`, new Uint8Array(1_500_000).fill(7));
    const collected = place.collect(["a"], abort.signal);
    assertEquals(await collected.catch((reason) => reason), "timeout");
    assertEquals(reads, abortAt);
    assertEquals(place.staged(), []);
  }
});

/** The disk of the machine; each read of a file in a folder that is held open is told. */
function readsTold(onRead: () => void): Disk {
  const told = (folder: Folder): Folder => ({
    ...folder,
    openFolder: async (name) => told(await folder.openFolder(name)),
    open: async (name, flags) => {
      const file = await folder.open(name, flags);
      const read = file.read.bind(file);
      file.read = (...wanted) => {
        onRead();
        return read(...wanted);
      };
      return file;
    },
  });
  return { ...systemDisk, openFolder: async (path) => told(await systemDisk.openFolder(path)) };
}
