/**
 * What a dugdale tells other programs of: the events of hooks and sinks.
 *
 * @module
 */

import * as v from "valibot";
import { NameRule } from "./names.ts";
import { cursor, filter, limit, type ObjectShape, text } from "./schemas.ts";

/** The rule of the names of hooks and sinks. */
export const HOOK_NAME: NameRule = new NameRule(
  "hook",
  "[a-z0-9][a-z0-9_-]{0,62}",
  "1 to 63 of lower-case letters, digits, _ and -, starting with a letter or a digit",
);

/** What happens to missions and execs. `mission.done` is every end, whatever its outcome. */
export type MissionEventType =
  | "mission.queued"
  | "mission.starting"
  | "mission.retrying"
  | "mission.succeeded"
  | "mission.failed"
  | "mission.timeout"
  | "mission.killed"
  | "mission.oom"
  | "mission.crashed"
  | "mission.lost"
  | "mission.done";

/** Every {@linkcode MissionEventType}, in the order of a mission's life. */
export const MISSION_EVENTS: readonly MissionEventType[] = [
  "mission.queued",
  "mission.starting",
  "mission.retrying",
  "mission.succeeded",
  "mission.failed",
  "mission.timeout",
  "mission.killed",
  "mission.oom",
  "mission.crashed",
  "mission.lost",
  "mission.done",
];

/** A hook as it is now. Times are Unix milliseconds. */
export interface HookRecord {
  /** Unique within its dugdale. */
  readonly name: string;
  /** How events are delivered, such as `webhook` or `command`. */
  readonly type: string;
  /** Where events go: a URL without its password and query, or a program. */
  readonly to: string;
  /** The events that it is told. */
  readonly on: readonly string[];
  /** Only missions of these lanes. Absent: all lanes. */
  readonly lanes?: readonly string[] | undefined;
  /** Only missions whose dispatch names it. Absent for no. */
  readonly by_request?: boolean | undefined;
  /** Why nothing is sent any more. Absent while it takes events. */
  readonly off?: string | undefined;
  /** Events that wait for their delivery. */
  readonly pending: number;
  /** When the oldest of these happened. Absent when there are none. */
  readonly oldest_at?: number | undefined;
  /** Events that were given up. */
  readonly dead: number;
  /** When an event was delivered last. Absent: not since the dugdale has started. */
  readonly delivered_at?: number | undefined;
  /** Why the last delivery failed. Absent after one that did not. */
  readonly last_error?: string | undefined;
}

const words = v.array(v.string());

/** Checks a {@linkcode HookRecord}. */
export const hookRecord: v.GenericSchema<unknown, HookRecord> = v.object({
  name: v.string(),
  type: v.string(),
  to: v.string(),
  on: words,
  lanes: v.optional(words),
  by_request: v.optional(v.boolean()),
  off: v.optional(v.string()),
  pending: v.number(),
  oldest_at: v.optional(v.number()),
  dead: v.number(),
  delivered_at: v.optional(v.number()),
  last_error: v.optional(v.string()),
});

/** The answer of `GET /v1/hooks`. */
export interface HookList {
  /** By name. */
  readonly hooks: readonly HookRecord[];
}

/** Checks a {@linkcode HookList}. */
export const hookList: v.GenericSchema<unknown, HookList> = v.object({ hooks: v.array(hookRecord) });

/** An event that was given up. */
export interface DeadEvent {
  /** Its number in the outbox. */
  readonly id: number;
  /** What it tells: the CloudEvent as it is sent. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly time: string;
  };
  /** Failed deliveries. */
  readonly tries: number;
  /** Why the last one failed. */
  readonly error: string;
  /** When it was given up, in Unix milliseconds. */
  readonly dead_at: number;
}

/** The query of `GET /v1/hooks/:name/dead`. */
export interface DeadEventsQuery {
  /** Maximum number of events. Default 100. */
  readonly limit?: number | undefined;
  /** `next_cursor` of an earlier page. */
  readonly cursor?: string | undefined;
}

/** Checks a {@linkcode DeadEventsQuery}. */
export const deadEventsQuery: ObjectShape<DeadEventsQuery> = v.object({
  limit: v.optional(limit),
  cursor: v.optional(cursor),
});

/** One page of events that were given up. */
export interface DeadEventPage {
  /** The oldest first. */
  readonly events: readonly DeadEvent[];
  /** Absent on the last page. */
  readonly next_cursor?: string | undefined;
}

/** Checks a {@linkcode DeadEventPage}. */
export const deadEventPage: v.GenericSchema<unknown, DeadEventPage> = v.object({
  events: v.array(v.object({
    id: v.number(),
    event: v.looseObject({ id: v.string(), type: v.string(), subject: v.string(), time: v.string() }),
    tries: v.number(),
    error: v.string(),
    dead_at: v.number(),
  })),
  next_cursor: v.optional(v.string()),
});

/** The body of `POST /v1/hooks/:name/redrive`. */
export interface RedriveBody {
  /** Numbers of dead events, at most 1000. Default: the oldest 1000. */
  readonly ids?: readonly number[] | undefined;
}

/** Checks a {@linkcode RedriveBody}. */
export const redriveBody: v.GenericSchema<unknown, RedriveBody> = v.object({
  ids: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer())), v.maxLength(1000))),
});

/** The answer to a redrive. */
export interface RedriveReply {
  /** Events that are delivered once more. */
  readonly redriven: number;
}

/** Checks a {@linkcode RedriveReply}. */
export const redriveReply: v.GenericSchema<unknown, RedriveReply> = v.object({ redriven: v.number() });

/** The answer to a test of a hook. */
export interface HookTestReply {
  /** Whether the receiver has taken the event. */
  readonly ok: boolean;
  /** Why not. Absent when it has. */
  readonly error?: string | undefined;
  /** How long it took, in milliseconds. */
  readonly duration_ms: number;
}

/** Checks a {@linkcode HookTestReply}. */
export const hookTestReply: v.GenericSchema<unknown, HookTestReply> = v.object({
  ok: v.boolean(),
  error: v.optional(v.string()),
  duration_ms: v.number(),
});

/** The query of `GET /v1/hooks/stream`. */
export interface HookStreamQuery {
  /** Types of events, separated by commas. Default: all. */
  readonly on?: string | undefined;
  /** The id of the last event that is known. */
  readonly from?: string | undefined;
}

/** Checks a {@linkcode HookStreamQuery}. */
export const hookStreamQuery: ObjectShape<HookStreamQuery> = v.object({
  on: v.optional(filter("Types of events, separated by commas; absent: all")),
  from: v.optional(text("The id of the last event that is known; those after it come first")),
});
