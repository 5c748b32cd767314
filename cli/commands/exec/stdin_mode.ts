/**
 * Decides which commands get standard input.
 *
 * @module
 */
import { UsageError } from "../../errors.ts";

/** No command, one, or several. */
export type StdinMode = "none" | "single" | "broadcast";

/** Input of the decision. */
export interface StdinFacts {
  readonly asked: StdinMode | "auto" | undefined;
  readonly isTerminal: boolean;
  readonly hosts: number;
}

/**
 * The mode. Without a flag nothing is read: a loop such as `while read` keeps its input. With `auto`, piped input goes
 * to a single host; empty input counts as none.
 *
 * @throws {UsageError} When the mode is not possible.
 */
export function stdinMode(
  { asked, isTerminal, hosts }: StdinFacts,
): { readonly mode: StdinMode; readonly emptyIsNone: boolean } {
  if (asked === undefined || asked === "none") return { mode: "none", emptyIsNone: false };
  if (asked === "auto") {
    if (isTerminal) return { mode: "none", emptyIsNone: false };
    if (hosts === 1) return { mode: "single", emptyIsNone: true };
    throw new UsageError(
      "with several hosts and piped standard input, use --stdin=none or --stdin=broadcast",
    );
  }
  if (isTerminal) throw new UsageError(`--stdin=${asked} needs piped standard input`);
  if (asked === "single" && hosts !== 1) throw new UsageError(`--stdin=single needs one host, not ${hosts}`);
  return { mode: asked, emptyIsNone: false };
}
