/** The part of an open file that is needed to bring it to the disk. */
export type Syncable = Pick<Deno.FsFile, "syncData" | "syncDataSync" | "close">;

/**
 * Brings the write-ahead log to the disk without holding up the event loop: while one fsync is under way, further
 * transactions are committed to the log and share the next one.
 */
export class WalSync implements Disposable {
  readonly #file: Syncable;
  #waiting: PromiseWithResolvers<void> | undefined;
  #running = false;

  /** @param log The open log. SQLite keeps the same file for as long as the database is open. */
  constructor(log: Syncable) {
    this.#file = log;
  }

  /** Resolves once everything that is in the log now is on disk. @throws What the system said. */
  durable(): Promise<void> {
    this.#waiting ??= Promise.withResolvers();
    const { promise } = this.#waiting;
    if (!this.#running) void this.#run();
    return promise;
  }

  /** Brings the log to the disk at once, and settles everybody who waits. */
  [Symbol.dispose](): void {
    this.#file.syncDataSync();
    this.#waiting?.resolve();
    this.#waiting = undefined;
    this.#file.close();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting !== undefined) {
      const batch = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#file.syncData();
        batch.resolve();
      } catch (error) {
        batch.reject(error);
      }
    }
    this.#running = false;
  }
}
