import { DataDirError } from "./data_dir.ts";

/** Another dugdale uses the data directory. */
export class DataDirLockedError extends Error {
  /** The name of the class. */
  override readonly name = "DataDirLockedError";

  /** `holder` is the content of the other dugdale's lock file; empty if unusable. */
  constructor(path: string, holder: string) {
    const who = holder === "" ? "" : ` by ${holder}`;
    super(`the data directory is used by another dugdale: ${path} is locked${who}`);
  }
}

/** The exclusive lock of a data directory, held for the life of the daemon. The system frees it even after a crash. */
export class DirLock implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #inode: number | null;
  #unclean: boolean;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
    const { ino, size } = file.statSync();
    this.#inode = ino;
    this.#unclean = size > 0;
  }

  /** Whether an earlier holder was killed, and the database has not been checked since. */
  get unclean(): boolean {
    return this.#unclean;
  }

  /**
   * Takes the lock without waiting.
   *
   * @throws {DataDirLockedError} When another process holds it.
   * @throws {DataDirError} When the path is not a regular file.
   */
  static take(path: string): DirLock {
    const file = openLockFile(path);
    if (file.tryLockSync(true)) return new DirLock(path, file);
    file.close();
    throw new DataDirLockedError(path, Deno.readTextFileSync(path).trim().split("\n").slice(0, 2).join(" "));
  }

  /** Writes the holder of the lock, for people and for the next holder. */
  describe(facts: Readonly<Record<string, string | number>>): void {
    const lines = Object.entries(facts).map(([name, value]) => `${name}=${value}\n`).join("");
    this.#file.truncateSync();
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.#file.writeSync(new TextEncoder().encode(lines));
  }

  /** The state left by the earlier holder is in order. */
  settle(): void {
    this.#unclean = false;
  }

  /** Whether the path still names the locked file. If not, another dugdale may have taken the directory. */
  isIntact(): boolean {
    try {
      return Deno.statSync(this.#path).ino === this.#inode;
    } catch (error) {
      // Other errors of the lookup say nothing about the lock.
      return !(error instanceof Deno.errors.NotFound);
    }
  }

  /** Releases the lock. The file is kept but emptied, which marks a clean shutdown. */
  [Symbol.dispose](): void {
    if (!this.#unclean) this.#file.truncateSync();
    this.#file.close();
  }
}

/** Never follows a link: the file is truncated and written. */
function openLockFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const { isFile, ino } = Deno.lstatSync(path);
  if (!isFile) throw new DataDirError(`${path} is not a regular file; run: rm -r ${path}`);
  const file = Deno.openSync(path, { read: true, write: true });
  if (file.statSync().ino === ino) return file;
  file.close();
  throw new DataDirError(`${path} was replaced while it was opened`);
}
