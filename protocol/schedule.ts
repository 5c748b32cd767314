/**
 * Schedules: missions that a dugdale dispatches by itself, by a cron pattern or at fixed intervals.
 *
 * @module
 */
import * as v from "valibot";
import { type DispatchBody, dispatchEntries, type DispatchReply, dispatchReply } from "./mission.ts";
import { integer, type ObjectShape } from "./schemas.ts";

/**
 * What happens to a fire while the previously fired mission is not done: fire anyway, skip, or end that mission first.
 */
export type ScheduleOverlap = "allow" | "skip" | "replace";
/** What happens to times that passed while the dugdale was stopped or the schedule paused. */
export type ScheduleMissed = "skip" | "once" | "all";

/** A schedule as set by an apply. The mission is described as in a dispatch, without files and `run_at`. */
export interface ScheduleSettings extends Omit<DispatchBody, "files" | "run_at"> {
  /**
   * Five fields (minute, hour, day of the month, month, day of the week), six with seconds first, or an alias such as
   * `@daily`.
   */
  readonly cron?: string | undefined;
  /** Instead of `cron`: an interval, counted from the beginning of 1970 in UTC, so that nothing drifts. */
  readonly every?: string | undefined;
  /** IANA time zone of `cron` and `until`. Default `UTC`. */
  readonly tz?: string | undefined;
  /** Default `skip`. */
  readonly overlap?: ScheduleOverlap | undefined;
  /** Default `once`. */
  readonly missed?: ScheduleMissed | undefined;
  /** Duration: each fire is delayed by a random part of it, which is deterministic. Default none. */
  readonly jitter?: string | undefined;
  /**
   * Nothing is fired from then on: a date such as `2027-01-01`, with a time `2027-01-01T12:00:00` in `tz`, or with `Z`.
   */
  readonly until?: string | undefined;
  /** Whether it is paused. Default false. */
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
  /**
   * `yaml` if an apply paused it; `ctl` if a command did: such a pause is kept by an apply that does not mention it.
   */
  readonly by: "yaml" | "ctl";
  /** As given by the caller. */
  readonly who?: string | undefined;
  /** As given by the caller. */
  readonly reason?: string | undefined;
  /** Unix milliseconds. */
  readonly at: number;
}

/** The current state of a schedule. Times are Unix milliseconds. */
export interface ScheduleRecord extends ScheduleSettings {
  /** Unique within its dugdale. */
  readonly name: string;
  /** Absent unless it is paused. */
  readonly pause?: SchedulePause | undefined;
  /** The time of the next fire, without jitter. Absent if there is none. */
  readonly next_at?: number | undefined;
  /** The time of the next fire, with jitter. */
  readonly due_at?: number | undefined;
  /** The last fired time. Absent before the first. */
  readonly last_at?: number | undefined;
  /** The mission started last, by a fire or manually. */
  readonly last_mission_id?: string | undefined;
  /** Why the last fire created no mission, or is waiting. Absent otherwise. */
  readonly last_error?: string | undefined;
  /** Number of missions started. */
  readonly fired: number;
  /**
   * Number of times without a mission: overlapping, missed and rejected ones. Of times missed at once, at most a
   * hundred are counted.
   */
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
  /** Sorted by name. */
  readonly schedules: readonly ScheduleRecord[];
}

/** Checks a {@linkcode ScheduleList}. */
export const scheduleList: v.GenericSchema<unknown, ScheduleList> = v.object({
  schedules: v.array(scheduleRecord),
});

/** Maximum number of next fires. */
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

/** The next times of a schedule, as if it were not paused. */
export interface NextReply {
  /** Unix milliseconds, without jitter; fewer than requested if it ends. */
  readonly times: readonly number[];
  /** The time zone of the schedule. */
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
  /** Reason, at most 1024 characters. */
  readonly reason?: string | undefined;
}

/** Checks a {@linkcode SchedulePauseBody}. */
export const schedulePauseBody: v.GenericSchema<unknown, SchedulePauseBody> = v.object({
  who: v.optional(v.pipe(v.string(), v.maxLength(128))),
  reason: v.optional(v.pipe(v.string(), v.maxLength(1024))),
});

/** The answer to a manual run. */
export type ScheduleRunReply = DispatchReply;
/** Checks a {@linkcode ScheduleRunReply}. */
export const scheduleRunReply: v.GenericSchema<unknown, ScheduleRunReply> = dispatchReply;
