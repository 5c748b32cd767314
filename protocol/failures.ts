/**
 * Failed missions, counted by name and reason. Commands are not included.
 *
 * @module
 */
import * as v from "valibot";
import type { OutcomeKind } from "./mission.ts";
import { filter, integer, type ObjectShape } from "./schemas.ts";

/** The outcomes that count as failures: everything except success and killed. */
export const FAILURES: readonly OutcomeKind[] = ["failed", "timeout", "crashed", "lost", "oom"];

/** The query of `GET /v1/failures`. All conditions must hold. */
export interface FailuresQuery {
  /** One outcome, or several separated by commas. Default {@linkcode FAILURES}. */
  readonly outcome?: string | undefined;
  /** Lane, exact match. */
  readonly lane?: string | undefined;
  /** A part of the mission's name; ASCII letters are case-insensitive. */
  readonly mission?: string | undefined;
  /** Fail reason, exact match. */
  readonly fail_reason?: string | undefined;
  /** Created at this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Created before this Unix millisecond. */
  readonly until?: number | undefined;
}

const moment = (description: string) => v.optional(integer("Unix milliseconds", description));

/** Checks a {@linkcode FailuresQuery}. */
export const failuresQuery: ObjectShape<FailuresQuery> = v.object({
  outcome: v.optional(filter(`One or several with commas between; without it ${FAILURES.join(",")}`)),
  lane: v.optional(filter("The lane of the mission")),
  mission: v.optional(filter("A part of the name; ASCII letters in any case")),
  fail_reason: v.optional(filter("The word of the failure")),
  since: moment("Created then or later, in Unix milliseconds"),
  until: moment("Created before, in Unix milliseconds"),
});

/** Missions of one name that failed in the same way. */
export interface FailureGroup {
  /** Name of the mission. */
  readonly mission: string;
  /** Their outcome. */
  readonly outcome: string;
  /** Their fail reason. Absent if none was given. */
  readonly fail_reason?: string | undefined;
  /** Their number. */
  readonly count: number;
  /** When the first of them was created, in Unix milliseconds. */
  readonly first_at: number;
  /** When the last of them was created, in Unix milliseconds. */
  readonly last_at: number;
  /** The last one. */
  readonly last_mission_id: string;
  /** Fail message of the last one. */
  readonly last_message?: string | undefined;
}

/** The answer of `GET /v1/failures`. */
export interface FailuresReply {
  /** All matching missions, including those of omitted groups. */
  readonly total: number;
  /** Sorted by count, descending. */
  readonly groups: readonly FailureGroup[];
  /** Whether groups beyond the first thousand are omitted. */
  readonly truncated: boolean;
}

/** Checks a {@linkcode FailuresReply}. */
export const failuresReply: v.GenericSchema<unknown, FailuresReply> = v.object({
  total: v.number(),
  groups: v.array(v.object({
    mission: v.string(),
    outcome: v.string(),
    fail_reason: v.optional(v.string()),
    count: v.number(),
    first_at: v.number(),
    last_at: v.number(),
    last_mission_id: v.string(),
    last_message: v.optional(v.string()),
  })),
  truncated: v.boolean(),
});
