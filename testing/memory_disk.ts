// deno-lint-ignore-file require-await -- what is asynchronous on a real disk rejects here too, and never throws
/**
 * Files in memory.
 *
 * @module
 */
import { dirname, sep as SEPARATOR } from "node:path";
import type { Disk, DiskFile, DiskHandle, FileStat, Folder } from "../dugdale/host/disk.ts";

/** A folder has size 0. */
type Entry = MemoryFile | "folder";

/** The files of a fake dugdale. Paths outside its folders belong to the machine: they exist, and are empty. */
export class MemoryDisk implements Disk {
  readonly #entries = new Map<string, Entry>();
  readonly #open = new Map<number, Cursor>();
  #lastFile = 0;

  /** Number of files. */
  get files(): number {
    let files = 0;
    for (const entry of this.#entries.values()) if (entry !== "folder") files++;
    return files;
  }

  chmodSync(): void {}

  closeSync(file: number): void {
    this.#open.delete(file);
  }

  existsSync(path: string): boolean {
    return this.#entries.has(path);
  }

  lstatSync(path: string): FileStat | undefined {
    const entry = this.#entries.get(path);
    return entry && toStat(entry);
  }

  mkdirSync(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): void {
    if (this.#entries.has(path)) {
      if (recursive) return;
      throw failure("EEXIST", path);
    }
    const parent = dirname(path);
    if (recursive && parent !== path) this.mkdirSync(parent, { recursive });
    this.#assertFolder(parent);
    this.#entries.set(path, "folder");
  }

  openSync(path: string, flags: string): number {
    const file = flags === "r" ? this.#find(path) : this.#create(path, flags === "wx");
    this.#open.set(++this.#lastFile, new Cursor(file, flags === "a" ? file.size : 0));
    return this.#lastFile;
  }

  readdirSync(path: string): string[] {
    if (this.#entries.get(path) !== "folder") throw failure("ENOENT", path);
    return [...this.#entries.keys()].filter((other) => other !== path && dirname(other) === path)
      .map((other) => other.slice(path.length + 1));
  }

  readSync(file: number, buffer: Uint8Array): number {
    return this.#cursor(file).read(buffer) ?? 0;
  }

  realpathSync(path: string): string {
    return path;
  }

  rmSync(path: string): void {
    for (const other of this.#entries.keys()) {
      if (other === path || other.startsWith(path + SEPARATOR)) this.#entries.delete(other);
    }
  }

  statfsSync(): { bavail: number; blocks: number; bsize: number } {
    return { bavail: 0, blocks: 0, bsize: 0 };
  }

  statSync(path: string): FileStat {
    return this.lstatSync(path) ?? toStat(new MemoryFile());
  }

  writeSync(file: number, data: Uint8Array): number {
    return this.#cursor(file).write(data);
  }

  async copyFile(from: string, to: string): Promise<void> {
    const { content } = this.#find(from);
    this.#create(to, false).content = content;
  }

  async lstat(path: string): Promise<FileStat> {
    return this.#stat(path);
  }

  async open(path: string, flags: string | number): Promise<DiskHandle> {
    const file = typeof flags === "string" ? this.#create(path, true) : this.#entries.get(path);
    if (file === undefined) throw failure("ENOENT", path);
    return new Handle(file);
  }

  async openFolder(path: string): Promise<Folder> {
    if (!this.#stat(path).isDirectory()) throw failure("ENOTDIR", path);
    return {
      open: (name, flags) => this.open(`${path}${SEPARATOR}${name}`, flags),
      openFolder: (name) => this.openFolder(`${path}${SEPARATOR}${name}`),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async openFile(path: string, { create, truncate }: Deno.OpenOptions = {}): Promise<DiskFile> {
    const file = create ? this.#create(path, false) : this.#find(path);
    if (truncate) file.truncate(0);
    return new OpenFile(file);
  }

  async readdir(path: string): Promise<string[]> {
    return this.readdirSync(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#entries.set(to, this.#find(from));
    this.#entries.delete(from);
  }

  async rm(path: string): Promise<void> {
    this.rmSync(path);
  }

  async empty(path: string): Promise<void> {
    for (const name of this.readdirSync(path)) this.rmSync(`${path}${SEPARATOR}${name}`);
  }

  async stat(path: string): Promise<FileStat> {
    return this.#stat(path);
  }

  async truncate(path: string, size: number): Promise<void> {
    this.#find(path).truncate(size);
  }

  async unlink(path: string): Promise<void> {
    this.#find(path);
    this.#entries.delete(path);
  }

  async utimes(path: string, _accessedS: number, modifiedS: number): Promise<void> {
    this.#find(path).mtimeMs = modifiedS * 1000;
  }

  /** The content of a file. @throws When it does not exist. */
  read(path: string): Uint8Array<ArrayBuffer> {
    return this.#find(path).content.slice();
  }

  /** Creates or overwrites a file. */
  write(path: string, content: Uint8Array<ArrayBuffer>): void {
    this.#create(path, false).content = content.slice();
  }

  #cursor(file: number): Cursor {
    const found = this.#open.get(file);
    if (found === undefined) throw failure("EBADF", String(file));
    return found;
  }

  #find(path: string): MemoryFile {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw failure("ENOENT", path);
    if (entry === "folder") throw failure("EISDIR", path);
    return entry;
  }

  #create(path: string, fresh: boolean): MemoryFile {
    const entry = this.#entries.get(path);
    if (entry !== undefined && fresh) throw failure("EEXIST", path);
    if (entry !== undefined) return this.#find(path);
    this.#assertFolder(dirname(path));
    const file = new MemoryFile();
    this.#entries.set(path, file);
    return file;
  }

  #assertFolder(path: string): void {
    if (path !== dirname(path) && this.#entries.get(path) !== "folder") throw failure("ENOENT", path);
  }

  #stat(path: string): FileStat {
    const stat = this.lstatSync(path);
    if (stat === undefined) throw failure("ENOENT", path);
    return stat;
  }
}

/** The bytes of a file. */
class MemoryFile {
  mtimeMs: number = Date.now();
  #bytes = new Uint8Array();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get content(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  set content(content: Uint8Array<ArrayBuffer>) {
    this.#bytes = content.slice();
    this.#size = content.length;
  }

  read(buffer: Uint8Array, position: number): number {
    const part = this.content.subarray(position, position + buffer.length);
    buffer.set(part);
    return part.length;
  }

  write(data: Uint8Array, position: number): number {
    const end = position + data.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.content);
      this.#bytes = larger;
    }
    this.#bytes.set(data, position);
    this.#size = Math.max(this.#size, end);
    this.mtimeMs = Date.now();
    return data.length;
  }

  truncate(size: number): void {
    if (size > this.#size) this.write(new Uint8Array(size - this.#size), this.#size);
    this.#size = size;
  }
}

/** A position in a file for reading or writing. */
class Cursor {
  readonly file: MemoryFile;
  position: number;

  constructor(file: MemoryFile, position: number) {
    this.file = file;
    this.position = position;
  }

  read(buffer: Uint8Array): number {
    const count = this.file.read(buffer, this.position);
    this.position += count;
    return count;
  }

  write(data: Uint8Array): number {
    this.file.write(data, this.position);
    this.position += data.length;
    return data.length;
  }
}

/** An open file, as returned by `Deno.open`. */
class OpenFile implements DiskFile {
  readonly #cursor: Cursor;

  constructor(file: MemoryFile) {
    this.#cursor = new Cursor(file, 0);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    return this.#cursor.read(buffer) || null;
  }

  async write(data: Uint8Array): Promise<number> {
    return this.#cursor.write(data);
  }

  /** Position of the next read. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new Blob([this.#cursor.file.content.slice(this.#cursor.position)]).stream();
  }

  /** Only from the start; nothing else is needed. */
  async seek(offset: number | bigint): Promise<number> {
    return this.#cursor.position = Number(offset);
  }

  async truncate(size: number = 0): Promise<void> {
    const { file } = this.#cursor;
    file.truncate(size);
    this.#cursor.position = Math.min(this.#cursor.position, size);
  }

  async stat(): Promise<{ readonly size: number }> {
    return { size: this.#cursor.file.size };
  }

  async sync(): Promise<void> {}

  close(): void {}
}

/** An open file, as returned by `open` of `node:fs/promises`. */
class Handle implements DiskHandle {
  readonly #entry: Entry;

  constructor(entry: Entry) {
    this.#entry = entry;
  }

  async stat(): Promise<FileStat> {
    return toStat(this.#entry);
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }> {
    return { bytesRead: this.#file.read(buffer.subarray(offset, offset + length), position) };
  }

  async write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }> {
    return { bytesWritten: this.#file.write(buffer.subarray(offset, offset + length), position) };
  }

  async truncate(size: number): Promise<void> {
    this.#file.truncate(size);
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  get #file(): MemoryFile {
    if (this.#entry === "folder") throw failure("EISDIR", "a folder");
    return this.#entry;
  }
}

function toStat(entry: Entry): FileStat {
  const isFolder = entry === "folder";
  return {
    size: isFolder ? 0 : entry.size,
    mtimeMs: isFolder ? 0 : entry.mtimeMs,
    isDirectory: () => isFolder,
    isFile: () => !isFolder,
  };
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
