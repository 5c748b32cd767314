import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { DugdaleSink } from "../../config/dugdale/sinks.ts";
import type { Sink, SinkRecord } from "./sink.ts";

/** Appends each record as a line to a file, which only its owner can read. The file may be moved away at any time. */
export class NdjsonSink implements Sink {
  readonly #path: string;
  #last: Promise<void> = Promise.resolve();

  constructor({ path }: DugdaleSink, dataDir: string) {
    this.#path = resolve(dataDir, path);
  }

  put({ text }: SinkRecord): Promise<void> {
    // One after the other, so that lines stay whole.
    return this.#last = this.#last.catch(() => {}).then(() => this.#append(`${text}\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
  }

  async #append(line: string): Promise<void> {
    const file = await open(this.#path, "a", 0o600);
    try {
      await file.appendFile(line);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}
