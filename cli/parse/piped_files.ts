/**
 * Files given as pipes, such as `/dev/stdin` and `<(command)`: stored in temporary files, since size and digest are
 * sent before the content, and each dugdale gets all of it.
 *
 * @module
 */
import { join } from "node:path";
import { UsageError } from "../errors.ts";

/** Releasing it removes the temporary files. */
export class PipedFiles implements AsyncDisposable {
  #folder: string | undefined;
  #count = 0;

  /**
   * The path itself, or for a pipe the path of a file with its content.
   *
   * @param flag As in `--file`, for errors.
   * @throws {UsageError} When it is neither a file nor a pipe, or cannot be read.
   */
  async path(flag: string, path: string): Promise<string> {
    try {
      const { isFile, isFifo } = await Deno.stat(path);
      if (isFile) return path;
      if (isFifo) return await this.#keep(path);
    } catch (cause) {
      const why = cause instanceof Deno.errors.NotFound ? "does not exist" : "cannot be read";
      throw new UsageError(`${flag}: ${path} ${why}`, { cause });
    }
    throw new UsageError(`${flag}: ${path} is neither a regular file nor a pipe`);
  }

  async #keep(path: string): Promise<string> {
    this.#folder ??= await Deno.makeTempDir({ prefix: "letts-" });
    const kept = join(this.#folder, String(this.#count++));
    using source = await Deno.open(path);
    await Deno.writeFile(kept, source.readable, { createNew: true, mode: 0o600 });
    return kept;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }
}
