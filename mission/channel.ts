/** The channel for a mission's reports: a dugdale, or the terminal of a manual run. @module */
import type { SaidLine } from "../protocol/fd3.ts";
import type { Ending } from "./ending.ts";

/** Receives everything that a mission reports. */
export interface Channel {
  /** Whether the ending was reported, or cannot be. */
  readonly ended: boolean;
  /** Reports progress; at least one of the two is given. */
  progress(value: number | undefined, message: string | undefined): void;
  /** Whether there is a line of its own for this; what has none is said in another way. */
  knows(event: SaidLine["event"]): boolean;
  /** Reports something on the way; unless it is a log line, after any progress reported before. */
  say(line: SaidLine): void;
  /** Declares an output file by its key. */
  outputFile(key: string): void;
  /**
   * Reports the ending; nothing can be reported after it.
   *
   * @throws {AlreadyEndedError} When it was already reported.
   */
  end(ending: Ending): void;
  /** Sends pending reports, because the process is about to end. */
  flush(): void;
}

/** A report on the way, as a line for people. */
export function saidText(line: SaidLine): string {
  switch (line.event) {
    case "note":
      return `[note] ${line.text}`;
    case "warn":
      return `[warning] ${line.message}${line.details ? ` ${JSON.stringify(line.details)}` : ""}`;
    case "meta":
      return `[meta] ${JSON.stringify(line.fields)}`;
    case "log":
      return `[log] ${line.level} ${line.message}`;
    case "state":
      return `[state] ${line.name}`;
    default:
      return line satisfies never;
  }
}
