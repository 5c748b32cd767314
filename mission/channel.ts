/** Where a mission's reports go: to a dugdale, or to the terminal of a run by hand. @module */
import type { Ending } from "./ending.ts";

/** Takes everything that a mission reports. */
export interface Channel {
  /** Whether the ending was reported, or cannot be. */
  readonly ended: boolean;
  /** Reports progress; at least one of the two is given. */
  progress(value: number | undefined, message: string | undefined): void;
  /** Declares an output file by its key. */
  outputFile(key: string): void;
  /**
   * Reports the ending, after which nothing can be reported.
   *
   * @throws {AlreadyEndedError} When it was reported before.
   */
  end(ending: Ending): void;
  /** Sends what is held back, because the process is about to end. */
  flush(): void;
}
