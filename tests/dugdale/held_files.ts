import type { Faulty } from "../contract/faulty.ts";

/** More than the dugdale does at once. */
const READERS = 12;
const CONTENT = "held";

/** All file work of a dugdale, held up until it is released: its slots wait for FIFOs without a writer. */
export class HeldFiles implements AsyncDisposable {
  readonly #fifos: readonly string[];
  readonly #reads: Promise<unknown>;
  #released: Promise<void> | undefined;

  private constructor(fifos: readonly string[], reads: Promise<unknown>) {
    this.#fifos = fifos;
    this.#reads = reads;
  }

  /** From here on no file is copied, opened or collected. */
  static async hold(faulty: Faulty): Promise<HeldFiles> {
    const { dugdale } = faulty;
    const ids = await Promise.all(Array.from({ length: READERS }, () => dugdale.stage(CONTENT)));
    const fifos = ids.map((id) => faulty.find(id));
    await Promise.all(fifos.map((path) => Deno.remove(path)));
    const { success } = await new Deno.Command("mkfifo", { args: [...fifos] }).output();
    if (!success) throw new Error("mkfifo failed");
    // They come to nothing in the end: a FIFO cannot be read from a place in the middle.
    const reads = Promise.allSettled(ids.map((id) => dugdale.get(`/v1/staging/${id}`)));
    // A request that is answered now was read after those.
    for (let time = 0; time < 3; time++) await dugdale.get("/v1/healthz");
    return new HeldFiles(fifos, reads);
  }

  /** Lets everything go on, in the order in which it came. */
  release(): Promise<void> {
    return this.#released ??= this.#letGo();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #letGo(): Promise<void> {
    // A byte would be too much: the reader may have closed its end before the byte comes.
    for (const path of this.#fifos) (await Deno.open(path, { write: true })).close();
    await this.#reads;
  }
}
