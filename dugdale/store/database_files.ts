/** The files of an open database are not what they were: what is written now would be lost with the process. */
export class DatabaseLostError extends Error {
  override readonly name = "DatabaseLostError";
}

/**
 * Notices that the files of an open database were removed, replaced or cut. SQLite does not: it goes on with the files
 * that it has open.
 *
 * The files are never opened here, because closing them would free the locks of the whole process on them.
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
   * What is wrong, if anything. It may be repaired: a file that was moved away can be moved back.
   *
   * @param needed Tells how many bytes the database has, with its log. Asked when the file has become shorter: it may
   * have given pages back.
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
   * Takes note of how long the file is, unless something is wrong with it.
   *
   * @param bytes What the database needs without its log. The next checkpoint may shorten the file to this.
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

/** Without inodes, as on some file systems, nothing can be told. */
function differs({ ino }: Deno.FileInfo, expected: number | undefined): boolean {
  return ino !== null && expected !== undefined && ino !== expected;
}
