/** Where a mission's words go: to a dugdale, or to the terminal of whoever runs it by hand. @module */
import type { Ending } from "./ending.ts";

/** The way out of the process for everything that a mission reports. */
export interface Channel {
  /** Reports progress; at least one of the two is given. */
  progress(value: number | undefined, message: string | undefined): void;
  /** Declares an output file by its key. */
  outputFile(key: string): void;
  /**
   * Says the last word, after which nothing can be said.
   *
   * @throws {AlreadyEndedError} When it was said before.
   */
  end(ending: Ending): void;
  /** Sends what was held back, because the process is about to go. */
  flush(): void;
}
