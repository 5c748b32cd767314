/**
 * The end of a mission, for output and exit codes.
 *
 * @module
 */
import { toRunResult } from "../../../client/run/mission_run.ts";
import type { DispatchedRef, RunResult } from "../../../client/types.ts";
import type { DoneEvent } from "../../../protocol/event.ts";
import { MissionEndError } from "../../errors.ts";
import { parseJson } from "../../output/json.ts";

/** The end of a mission. */
export interface MissionEnd {
  readonly ref: DispatchedRef;
  readonly done: DoneEvent;
  /** The return value, with exact integers; undefined without a `return`. */
  readonly returned: unknown;
  readonly result: RunResult;
  /** Whether a part of the output could not be shown. */
  readonly outputLost: boolean;
}

/** Creates it from the last event and its line. */
export function missionEnd(
  ref: DispatchedRef,
  done: DoneEvent,
  line: string,
  outputLost: boolean,
): MissionEnd {
  const members = parseJson(line);
  const returned = typeof members === "object" && members !== null && "return" in members
    ? members.return
    : undefined;
  return { ref, done, returned, result: toRunResult(ref, done, undefined), outputLost };
}

/** The error for an end, unless it is a success. */
export function endError({ done }: MissionEnd): MissionEndError | undefined {
  const { outcome, fail_reason: reason = "", fail_message: message = "" } = done;
  if (outcome === "success") return undefined;
  if (outcome === "failed") {
    const words = [reason === "explicit" ? "" : reason, message].filter((word) => word !== "");
    return new MissionEndError(`mission failed: ${words.join(": ") || "(no message)"}`, { failed: true });
  }
  const text = `mission did not exit normally: ${outcome}${reason && `/${reason}`}${
    message && `: ${message}`
  }`;
  return new MissionEndError(text, { failed: false });
}
