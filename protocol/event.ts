/**
 * The public events of a mission, for followers: one JSON object on each line, `seq` ascending from 1.
 *
 * @module
 */
import * as v from "valibot";
import { openWord } from "./schemas.ts";
import type { JsonObject } from "./json_value.ts";
import {
  type Leftovers,
  leftovers,
  type OutcomeKind,
  OUTCOMES,
  type OutputFile,
  outputFile,
} from "./mission.ts";

/** The mission was queued. */
export interface QueuedEvent {
  /** Discriminates the kinds of events. */
  readonly event: "queued";
  /** From 1, ascending within a mission, possibly with gaps. Used to resume. */
  readonly seq: number;
  /** UUIDv7 of the mission, which the other events do not repeat. */
  readonly mission_id: string;
  /** Unix milliseconds. */
  readonly time_created: number;
  /** Absent for a restart, which keeps the lane of its source. */
  readonly lane?: string | undefined;
  /** Name of the script. Absent for an exec, which has none, and for a restart. */
  readonly mission?: string | undefined;
  /** The mission that was restarted under this id. Absent unless it is a restart. */
  readonly restarted_from?: string | undefined;
}

/** The process has started. */
export interface RunningEvent {
  /** Discriminates the kinds of events. */
  readonly event: "running";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** Process id on the machine of the dugdale. Absent if the event was reconstructed after a crash. */
  readonly pid?: number | undefined;
  /** The same as `time`. Absent if `pid` is. */
  readonly time_started?: number | undefined;
}

/** A run of the mission has ended, and another one follows. */
export interface AttemptEvent {
  /** Discriminates the kinds of events. */
  readonly event: "attempt";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** Number of the ended run, from 1. */
  readonly attempt: number;
  /** How it ended. */
  readonly outcome: OutcomeKind;
  /** As in {@linkcode DoneEvent}. */
  readonly fail_reason?: string | undefined;
  /** As in {@linkcode DoneEvent}. */
  readonly leftovers?: Leftovers | undefined;
  /** Earliest start of the next run, in Unix milliseconds. */
  readonly next_attempt_at: number;
}

/** The mission reported progress. */
export interface ProgressEvent {
  /** Discriminates the kinds of events. */
  readonly event: "progress";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** A fraction from 0 to 1; not validated. */
  readonly value?: number | undefined;
  /** The current activity, for people. Absent if not given. */
  readonly message?: string | undefined;
}

/** The mission added a note. */
export interface NoteEvent {
  /** Discriminates the kinds of events. */
  readonly event: "note";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** The note, for people. */
  readonly text: string;
}

/** The mission reported a problem that does not end it. */
export interface WarningEvent {
  /** Discriminates the kinds of events. */
  readonly event: "warning";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** The problem, for people. */
  readonly text: string;
  /** Details. Absent if not given. */
  readonly details?: JsonObject | undefined;
}

/** The mission entered a named state. */
export interface StateEvent {
  /** Discriminates the kinds of events. */
  readonly event: "state";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** The name of the state. */
  readonly text: string;
}

/** The mission has ended; the last event. */
export interface DoneEvent {
  /** Discriminates the kinds of events. */
  readonly event: "done";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time_finished: number;
  /** Everything other than `success` is a failure. */
  readonly outcome: OutcomeKind;
  /** −1 when a signal ended the process, 0 when no process was started. */
  readonly exit_code: number;
  /** Run time of the process. Absent if none was started, for example after a kill in the queue. */
  readonly duration_ms?: number | undefined;
  /** Such as `KILL`, or a number if it has no name. Absent when the process exited. */
  readonly signal?: string | undefined;
  /** The return value. Absent if the mission failed or returned nothing. */
  readonly return?: JsonObject | null | undefined;
  /** Machine-readable reason: the mission's own, or the dugdale's, such as `killed_by_api`. Absent on success. */
  readonly fail_reason?: string | undefined;
  /** Human-readable reason. */
  readonly fail_message?: string | undefined;
  /** Details given by the mission or the dugdale. */
  readonly fail_details?: JsonObject | null | undefined;
  /** Output files by role. Absent unless it was a success with at least one. */
  readonly outputs?: Readonly<Record<string, OutputFile>> | undefined;
  /** Number of progress events that arrived faster than they could be stored. Absent if 0. */
  readonly progress_dropped?: number | undefined;
  /** Processes that still ran when the mission had ended by itself. Absent if none were seen. */
  readonly leftovers?: Leftovers | undefined;
}

/** A public event of a mission. */
export type MissionEvent =
  | QueuedEvent
  | RunningEvent
  | ProgressEvent
  | NoteEvent
  | WarningEvent
  | StateEvent
  | AttemptEvent
  | DoneEvent;

const said = { seq: v.number(), time: v.number(), text: v.string() };

/** Schema of a line of an event stream. Unknown fields are dropped; an unknown event does not match. */
export const missionEvent: v.GenericSchema<unknown, MissionEvent> = v.variant("event", [
  v.object({
    event: v.literal("queued"),
    seq: v.number(),
    mission_id: v.string(),
    time_created: v.fallback(v.number(), 0),
    lane: v.optional(v.string()),
    mission: v.optional(v.string()),
    restarted_from: v.optional(v.string()),
  }),
  v.object({
    event: v.literal("running"),
    seq: v.number(),
    time: v.fallback(v.number(), 0),
    pid: v.optional(v.number()),
    time_started: v.optional(v.number()),
  }),
  v.object({
    event: v.literal("progress"),
    seq: v.number(),
    time: v.fallback(v.number(), 0),
    value: v.optional(v.number()),
    message: v.optional(v.string()),
  }),
  v.object({ event: v.literal("note"), ...said }),
  v.object({
    event: v.literal("warning"),
    ...said,
    details: v.optional(v.record(v.string(), v.any())),
  }),
  v.object({ event: v.literal("state"), ...said }),
  v.object({
    event: v.literal("attempt"),
    seq: v.number(),
    time: v.number(),
    attempt: v.number(),
    outcome: openWord(OUTCOMES),
    fail_reason: v.optional(v.string()),
    leftovers: v.optional(leftovers),
    next_attempt_at: v.number(),
  }),
  v.object({
    event: v.literal("done"),
    seq: v.number(),
    time_finished: v.fallback(v.number(), 0),
    outcome: openWord(OUTCOMES),
    exit_code: v.fallback(v.number(), 0),
    duration_ms: v.optional(v.number()),
    signal: v.optional(v.string()),
    return: v.nullish(v.record(v.string(), v.any())),
    fail_reason: v.optional(v.string()),
    fail_message: v.optional(v.string()),
    fail_details: v.nullish(v.record(v.string(), v.any())),
    outputs: v.optional(v.record(v.string(), outputFile)),
    progress_dropped: v.optional(v.number()),
    leftovers: v.optional(leftovers),
  }),
]);
