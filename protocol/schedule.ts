/**
 * Schedules: missions that a dugdale dispatches by itself, at times that a pattern says or in equal distances.
 *
 * @module
 */
import * as v from "valibot";
import { type DispatchBody, dispatchEntries, type DispatchReply, dispatchReply } from "./mission.ts";
import { integer, type ObjectShape } from "./schemas.ts";

/** What becomes of a fire while the mission that was fired last is not done: fire all the same, skip, or end that one first. */
export type ScheduleOverlap = "allow" | "skip" | "replace";
/** What becomes of times that passed while the dugdale was stopped or the schedule paused. */
export type ScheduleMissed = "skip" | "once" | "all";

/** When and what, as an apply sets it. What is dispatched is said as in a dispatch; it has neither files nor `run_at`. */
export interface ScheduleSettings extends Omit<DispatchBody, "files" | "run_at"> {
  /** Five fields (minute, hour, day of the month, month, day of the week), six with seconds first, or `@daily` and its like. */
  readonly cron?: string | undefined;
  /** Instead of `cron`: a duration, counted from the beginning of 1970 in UTC, so that nothing drifts. */
  readonly every?: string | undefined;
  /** IANA time zone of `cron` and `until`. Default `UTC`. */
  readonly tz?: string | undefined;
  /** Default `skip`. */
  readonly overlap?: ScheduleOverlap | undefined;
  /** Default `once`. */
  readonly missed?: ScheduleMissed | undefined;
  /** Duration: each fire is late by a part of it, which is the same again when it is tried again. Default none. */
  readonly jitter?: string | undefined;
  /** Nothing is fired from then on: a date such as `2027-01-01`, with a time `2027-01-01T12:00:00` in `tz`, or that with `Z`. */
  readonly until?: string | undefined;
  /** Whether nothing is fired until it is continued. Default false. */
  readonly paused?: boolean | undefined;
}

const text = v.optional(v.string());
const { files: _files, run_at: _runAt, ...entries } = dispatchEntries;

/** Checks {@linkcode ScheduleSettings}. */
export const scheduleSettings: v.GenericSchema<unknown, ScheduleSettings> = v.object({
  ...entries,
  cron: text,
  every: text,
  tz: text,
  overlap: v.optional(v.picklist(["allow", "skip", "replace"])),
  missed: v.optional(v.picklist(["skip", "once", "all"])),
  jitter: text,
  until: text,
  paused: v.optional(v.boolean()),
});

/** Who paused a schedule, when and why. */
export interface SchedulePause {
  /** `yaml` when an apply says so; `ctl` when a command did: such a pause survives an apply that does not mention it. */
  readonly by: "yaml" | "ctl";
  /** As the caller has given it. */
  readonly who?: string | undefined;
  /** As the caller has given it. */
  readonly reason?: string | undefined;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A schedule as it is now. Times are Unix milliseconds. */
export interface ScheduleRecord extends ScheduleSettings {
  /** Unique within its dugdale. */
  readonly name: string;
  /** Absent unless it is paused. */
  readonly pause?: SchedulePause | undefined;
  /** The time of the next fire, without jitter. Absent when there is none. */
  readonly next_at?: number | undefined;
  /** When it will be fired, with jitter. */
  readonly due_at?: number | undefined;
  /** The time that was fired last. Absent before the first. */
  readonly last_at?: number | undefined;
  /** The mission that was started last, by a fire or by hand. */
  readonly last_mission_id?: string | undefined;
  /** Why the last fire made no mission, or waits. Absent when it has made one. */
  readonly last_error?: string | undefined;
  /** Missions that it has started. */
  readonly fired: number;
  /** Times that made no mission: an overlap, missed ones, refused ones. At most a hundred are counted of those missed at once. */
  readonly skipped: number;
}

/** Checks a {@linkcode ScheduleRecord}. */
export const scheduleRecord: v.GenericSchema<unknown, ScheduleRecord> = v.looseObject({
  name: v.string(),
  lane: v.string(),
  mission: v.string(),
  pause: v.optional(v.object({
    by: v.picklist(["yaml", "ctl"]),
    who: text,
    reason: text,
    at: v.number(),
  })),
  next_at: v.optional(v.number()),
  due_at: v.optional(v.number()),
  last_at: v.optional(v.number()),
  last_mission_id: text,
  last_error: text,
  fired: v.number(),
  skipped: v.number(),
});

/** The answer of `GET /v1/schedules`. */
export interface ScheduleList {
  /** By name. */
  readonly schedules: readonly ScheduleRecord[];
}

/** Checks a {@linkcode ScheduleList}. */
export const scheduleList: v.GenericSchema<unknown, ScheduleList> = v.object({
  schedules: v.array(scheduleRecord),
});

/** Coming fires are told up to this number. */
export const NEXT_MAX = 1000;

/** The query of `GET /v1/schedules/:name/next`. */
export interface NextQuery {
  /** How many, at most {@linkcode NEXT_MAX}. Default 10. */
  readonly count?: number | undefined;
}

/** Checks a {@linkcode NextQuery}. */
export const nextQuery: ObjectShape<NextQuery> = v.object({
  count: v.optional(
    integer("a positive integer", `How many; more than ${NEXT_MAX} are ${NEXT_MAX}`, { min: 1, default: 10 }),
  ),
});

/** The coming times of a schedule, as if it were not paused. */
export interface NextReply {
  /** Unix milliseconds, without jitter; fewer than asked for when it ends. */
  readonly times: readonly number[];
  /** The zone that the schedule is written in. */
  readonly tz: string;
}

/** Checks a {@linkcode NextReply}. */
export const nextReply: v.GenericSchema<unknown, NextReply> = v.object({
  times: v.array(v.number()),
  tz: v.string(),
});

/** The body of a pause. */
export interface SchedulePauseBody {
  /** Who pauses it, at most 128 characters. Default: the scope of the token. */
  readonly who?: string | undefined;
  /** Why, at most 1024 characters. */
  readonly reason?: string | undefined;
}

/** Checks a {@linkcode SchedulePauseBody}. */
export const schedulePauseBody: v.GenericSchema<unknown, SchedulePauseBody> = v.object({
  who: v.optional(v.pipe(v.string(), v.maxLength(128))),
  reason: v.optional(v.pipe(v.string(), v.maxLength(1024))),
});

/** The answer to a run by hand. */
export type ScheduleRunReply = DispatchReply;
/** Checks a {@linkcode ScheduleRunReply}. */
export const scheduleRunReply: v.GenericSchema<unknown, ScheduleRunReply> = dispatchReply;
