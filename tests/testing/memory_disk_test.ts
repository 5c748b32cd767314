import { assertEquals } from "@std/assert";
import { constants } from "node:fs";
import { join } from "@std/path";
import { type Disk, systemDisk } from "../../dugdale/host/disk.ts";
import { MemoryDisk } from "../../testing/memory_disk.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** What a disk answers: a value, or the code of its error. */
async function answer(work: () => unknown): Promise<unknown> {
  try {
    return await work() ?? "done";
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** Does what a dugdale does with files, and tells all answers. */
async function useDisk(disk: Disk, root: string): Promise<unknown[]> {
  const at = (...names: string[]): string => join(root, ...names);
  const told: unknown[] = [];
  const tell = async (work: () => unknown): Promise<void> => void told.push(await answer(work));
  const read = (path: string): string => {
    const file = disk.openSync(path, "r");
    const buffer = new Uint8Array(100);
    const count = disk.readSync(file, buffer);
    disk.closeSync(file);
    return text(buffer.subarray(0, count));
  };
  const write = (path: string, flags: string, data: string): void => {
    const file = disk.openSync(path, flags, 0o600);
    disk.writeSync(file, bytes(data));
    disk.closeSync(file);
  };
  await tell(() => disk.mkdirSync(at("a", "b")));
  disk.mkdirSync(at("a", "b"), { recursive: true });
  await tell(() => disk.mkdirSync(at("a")));
  await tell(() => write(at("none", "x"), "wx", "x"));
  write(at("a", "x"), "wx", "one");
  await tell(() => write(at("a", "x"), "wx", "again"));
  write(at("a", "x"), "a", " and two");
  await tell(() => read(at("a", "x")));
  await tell(() => read(at("a", "none")));
  await tell(() => disk.copyFile(at("a", "x"), at("a", "b", "y")));
  write(at("a", "x"), "a", ", not copied");
  await tell(() => read(at("a", "b", "y")));
  await tell(() => disk.copyFile(at("a", "none"), at("a", "b", "z")));
  await tell(() => disk.readdirSync(at("a")).sort());
  await tell(() => disk.readdir(at("none")));
  await tell(() => disk.lstatSync(at("a"), { throwIfNoEntry: false })?.isDirectory());
  await tell(() => disk.lstatSync(at("none"), { throwIfNoEntry: false }));
  await tell(async () => (await disk.stat(at("a", "x"))).size);
  await tell(() => disk.stat(at("none")));
  await tell(() => disk.rename(at("a", "b", "y"), at("a", "b", "z")));
  await tell(() => disk.truncate(at("a", "b", "z"), 3));
  await tell(async () => {
    await using file = await disk.open(at("a", "b", "z"), constants.O_RDONLY);
    const buffer = new Uint8Array(10);
    const { bytesRead } = await file.read(buffer, 0, 10, 1);
    return [text(buffer.subarray(0, bytesRead)), (await file.stat()).isFile()];
  });
  await tell(() => disk.open(at("none"), constants.O_RDONLY));
  await tell(async () => {
    await using file = await disk.open(at("a", "w"), "wx");
    await file.write(bytes("12"), 0, 2, 0);
    await file.write(bytes("34"), 0, 2, 2);
    await file.sync();
  });
  await tell(() => read(at("a", "w")));
  await tell(async () => {
    await using file = await disk.open(at("a", "holes"), "wx");
    await file.write(bytes("xab"), 1, 2, 3);
    await file.truncate(6);
  });
  await tell(() => read(at("a", "holes")));
  await tell(() => disk.unlink(at("a", "holes")));
  await tell(async () => {
    await using folder = await disk.openFolder(at("a"));
    await using inside = await folder.openFolder("b");
    await using file = await inside.open("z", constants.O_RDONLY);
    return (await file.stat()).size;
  });
  await tell(() => disk.openFolder(at("none")));
  await tell(() => disk.openFolder(at("a", "w")));
  const upload = await disk.openFile(at("a", "w"), { read: true, write: true, create: true, truncate: true });
  const buffer = new Uint8Array(10);
  await tell(() => upload.write(bytes("hello")));
  await tell(() => upload.seek(1, Deno.SeekMode.Start));
  await tell(() => upload.read(buffer));
  await tell(() => upload.read(buffer));
  await tell(() => upload.truncate(2));
  await tell(async () => (await upload.stat()).size);
  upload.close();
  await tell(() => disk.utimes(at("a", "w"), 1, 2));
  await tell(async () => (await disk.lstat(at("a", "w"))).mtimeMs);
  await tell(() => disk.unlink(at("a", "w")));
  await tell(() => disk.unlink(at("a", "w")));
  await tell(() => disk.existsSync(at("a", "w")));
  await disk.rm(at("a", "b"), { recursive: true, force: true });
  await tell(() => disk.existsSync(at("a", "b", "z")));
  await tell(() => disk.readdirSync(at("a")));
  await disk.rm(at("a"), { recursive: true, force: true });
  await tell(() => disk.existsSync(at("a")));
  return told;
}

Deno.test("MemoryDisk answers as the file system does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const memory = new MemoryDisk();
    memory.mkdirSync("/fake");
    assertEquals(await useDisk(memory, "/fake"), await useDisk(systemDisk, folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
