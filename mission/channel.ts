/** Where a mission's reports go: to a dugdale, or to the terminal of a run by hand. @module */
import type { SaidLine } from "../protocol/fd3.ts";
import type { Ending } from "./ending.ts";

/** Takes everything that a mission reports. */
export interface Channel {
  /** Whether the ending was reported, or cannot be. */
  readonly ended: boolean;
  /** Reports progress; at least one of the two is given. */
  progress(value: number | undefined, message: string | undefined): void;
  /** Whether there is a line of its own for this; what has none is said in another way. */
  knows(event: SaidLine["event"]): boolean;
  /** Says something on the way, after the progress that was reported before. */
  say(line: SaidLine): void;
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

/** What is said on the way, as a line for people. */
export function saidText(line: SaidLine): string {
  switch (line.event) {
    case "note":
      return `[note] ${line.text}`;
    case "warn":
      return `[warning] ${line.message}${line.details ? ` ${JSON.stringify(line.details)}` : ""}`;
    case "meta":
      return `[meta] ${JSON.stringify(line.fields)}`;
    case "state":
      return `[state] ${line.name}`;
    default:
      return line satisfies never;
  }
}
