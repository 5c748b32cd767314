import { createHash, type Hash } from "node:crypto";
import type { Disk, DiskFile } from "../host/disk.ts";
import type { Slots } from "../host/slots.ts";

const READ_BYTES = 1024 * 1024;

/** The file of an unfinished upload, opened at its end, together with the digest of its content. */
export class PartFile implements Disposable {
  readonly #file: DiskFile;
  readonly #slots: Slots;
  readonly #hash: Hash = createHash("sha256");
  #size = 0;

  private constructor(file: DiskFile, slots: Slots) {
    this.#file = file;
    this.#slots = slots;
  }

  /**
   * Opens the file with the first `size` bytes of an upload and reads them for the digest; 0 starts a new one.
   *
   * @throws {PartSizeError} When it has another size, or does not exist.
   */
  static async open(
    path: string,
    size: number,
    slots: Slots,
    disk: Pick<Disk, "openFile">,
  ): Promise<PartFile> {
    const fresh = size === 0;
    const options = { read: true, write: true, create: fresh, truncate: fresh, mode: 0o600 };
    const file = await slots.run(() => disk.openFile(path, options)).catch((cause) => {
      throw cause instanceof Deno.errors.NotFound ? new PartSizeError(path, size, undefined) : cause;
    });
    const part = new PartFile(file, slots);
    try {
      const held = (await slots.run(() => file.stat())).size;
      if (!fresh && held !== size) throw new PartSizeError(path, size, held);
      await part.#readAgain(size);
      return part;
    } catch (error) {
      part[Symbol.dispose]();
      throw error;
    }
  }

  /** Size of the file. */
  get size(): number {
    return this.#size;
  }

  /** Appends. If that fails the file keeps its length, and neither digest nor append may be used again. */
  async append(chunk: Uint8Array): Promise<void> {
    try {
      const writing = this.#write(chunk);
      this.#hash.update(chunk); // meanwhile
      await writing;
    } catch (error) {
      await this.truncate(this.#size).catch(() => {}); // the disk is in trouble already: the first error tells it
      throw error;
    }
    this.#size += chunk.length;
  }

  /** Truncates the file. The digest is invalid afterwards. */
  async truncate(size: number): Promise<void> {
    await this.#slots.run(() => this.#file.truncate(size));
    this.#size = size;
  }

  /** Syncs the content to disk. */
  async sync(): Promise<void> {
    await this.#slots.run(() => this.#file.sync());
  }

  /** Lower-case hex of all bytes. Call it once, at the end. */
  digest(): string {
    return this.#hash.digest("hex");
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let done = 0; done < chunk.length;) {
      done += await this.#slots.run(() => this.#file.write(chunk.subarray(done)));
    }
  }

  async #readAgain(size: number): Promise<void> {
    const buffer = new Uint8Array(Math.min(size, READ_BYTES));
    while (this.#size < size) {
      const count = await this.#slots.run(() => this.#file.read(buffer));
      if (count === null) break;
      this.#hash.update(buffer.subarray(0, count));
      this.#size += count;
    }
  }
}

/** The file of an upload differs in length from the database. */
export class PartSizeError extends Error {
  override readonly name = "PartSizeError";

  constructor(readonly path: string, readonly expected: number, readonly held: number | undefined) {
    super(
      `${path} should hold ${expected} bytes, but ${held === undefined ? "is not there" : `holds ${held}`}`,
    );
  }
}
