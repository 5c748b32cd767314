/** The files of an open database were replaced: further writes would be lost with the process. */
export class DatabaseLostError extends Error {
  override readonly name = "DatabaseLostError";
}

/**
 * Detects that the files of an open database were removed, replaced or truncated. SQLite does not: it continues with
 * its open files.
 *
 * The files are never opened here, because closing them would release the locks of the whole process on them.
 */
export class DatabaseFiles {
  readonly #file: string;
  readonly #inode: number | undefined;
  readonly #logInode: number | undefined;
  #leastBytes: number;

  /** @param file Of a database that is open and has been read, so that its log exists. */
  constructor(file: string) {
    this.#file = file;
    const { ino, size } = Deno.statSync(file);
    this.#inode = ino ?? undefined;
    this.#leastBytes = size;
    this.#logInode = look(`${file}-wal`)?.ino ?? undefined;
  }

  /**
   * The problem, if any. It may be repaired: a moved file can be moved back.
   *
   * @param needed Returns the size of the database including its log, in bytes. Called when the file has become
   * shorter: it may have returned free pages.
   */
  fault(needed: () => number): DatabaseLostError | undefined {
    const file = look(this.#file), log = look(`${this.#file}-wal`);
    if (file === undefined) return new DatabaseLostError(`${this.#file} was removed`);
    if (differs(file, this.#inode)) return new DatabaseLostError(`${this.#file} was replaced`);
    if (file.size < this.#leastBytes) {
      if (file.size < needed()) {
        return new DatabaseLostError(`${this.#file} was cut from ${this.#leastBytes} to ${file.size} bytes`);
      }
      this.#leastBytes = file.size;
    }
    if (this.#logInode === undefined) return undefined;
    if (log === undefined) return new DatabaseLostError(`${this.#file}-wal was removed`);
    if (differs(log, this.#logInode)) return new DatabaseLostError(`${this.#file}-wal was replaced`);
    return undefined;
  }

  /**
   * Records the length of the file, unless there is a problem with it.
   *
   * @param bytes Size of the database without its log. The next checkpoint may truncate the file to this.
   */
  measure(bytes: number): void {
    const size = look(this.#file)?.size ?? 0;
    if (size >= this.#leastBytes) this.#leastBytes = Math.min(size, bytes);
  }
}

function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Without inodes, as on some file systems, nothing can be detected. */
function differs({ ino }: Deno.FileInfo, expected: number | undefined): boolean {
  return ino !== null && expected !== undefined && ino !== expected;
}
