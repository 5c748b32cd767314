/** Calls that the caller has ended. @module */
import { LettsError, type LettsErrorFacts } from "../../protocol/letts_error.ts";
import { AbortedError } from "../errors.ts";

/** The error of a call about one mission: if the caller's signal has ended it, an {@linkcode AbortedError} naming it. */
export function namingMission(
  error: unknown,
  signal: AbortSignal | undefined,
  facts: Pick<LettsErrorFacts, "host" | "missionId">,
): unknown {
  if (!signal?.aborted || error !== signal.reason || error instanceof LettsError) return error;
  return new AbortedError(`the call about mission ${facts.missionId} was aborted`, {
    ...facts,
    cause: error,
  });
}
