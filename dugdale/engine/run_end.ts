import * as v from "valibot";
import { OUTCOMES } from "../../protocol/mission.ts";
import type { RunEnd } from "./run.ts";

const nullableString = v.nullable(v.string());
const runEnd: v.GenericSchema<unknown, RunEnd> = v.object({
  ending: v.object({
    outcome: v.picklist(OUTCOMES),
    exitCode: v.number(),
    signal: nullableString,
    failReason: nullableString,
    failMessage: nullableString,
    failDetails: nullableString,
    returnValue: nullableString,
    progressDropped: v.number(),
    truncatedStdout: v.boolean(),
    truncatedStderr: v.boolean(),
    leftovers: v.optional(nullableString, null),
  }),
  outputs: v.array(v.string()),
  start: v.exactOptional(v.object({ pid: v.number(), startedMs: v.number() })),
});

/** The recorded end of a run, possibly of an older version. @throws When it is invalid. */
export function parseRunEnd(text: string): RunEnd {
  return v.parse(runEnd, JSON.parse(text));
}
