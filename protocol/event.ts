/**
 * The public events of a mission, as followed by clients: one JSON object a line, `seq` rising from 1.
 *
 * @module
 */
import * as v from "valibot";
import { openWord } from "./schemas.ts";
import type { JsonObject } from "./json_value.ts";
import { type OutcomeKind, OUTCOMES, type OutputFile, outputFile } from "./mission.ts";

/** The mission waits in its lane. */
export interface QueuedEvent {
  /** Tells the kinds of event apart. */
  readonly event: "queued";
  /** From 1, rising within one mission; numbers may be left out. What a reader resumes from. */
  readonly seq: number;
  /** UUIDv7 of the mission, which the other events do not repeat. */
  readonly mission_id: string;
  /** Unix milliseconds. */
  readonly time_created: number;
  /** Absent for a restart, which keeps the lane of its source. */
  readonly lane?: string | undefined;
  /** Name of the script. Absent for an exec, which has none, and for a restart. */
  readonly mission?: string | undefined;
  /** The mission that was queued again under this id. Absent unless it is a restart. */
  readonly restarted_from?: string | undefined;
}

/** The process has started. */
export interface RunningEvent {
  /** Tells the kinds of event apart. */
  readonly event: "running";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** Process id on the machine of the dugdale. Absent when the event had to be made up after a crash. */
  readonly pid?: number | undefined;
  /** The same as `time`. Absent when `pid` is. */
  readonly time_started?: number | undefined;
}

/** A run of the mission has ended, and another one follows. */
export interface AttemptEvent {
  /** Tells the kinds of event apart. */
  readonly event: "attempt";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** The one that has ended, from 1. */
  readonly attempt: number;
  /** How it ended. */
  readonly outcome: OutcomeKind;
  /** As in {@linkcode DoneEvent}. */
  readonly fail_reason?: string | undefined;
  /** Unix milliseconds: the next one starts then or later. */
  readonly next_attempt_at: number;
}

/** The mission reported progress. */
export interface ProgressEvent {
  /** Tells the kinds of event apart. */
  readonly event: "progress";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** A fraction from 0 to 1; not checked. */
  readonly value?: number | undefined;
  /** What the mission is doing, for people. Absent when it gave no text. */
  readonly message?: string | undefined;
}

/** The mission said something worth knowing. */
export interface NoteEvent {
  /** Tells the kinds of event apart. */
  readonly event: "note";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** What it said, for people. */
  readonly text: string;
}

/** The mission met something that should not have happened, and goes on. */
export interface WarningEvent {
  /** Tells the kinds of event apart. */
  readonly event: "warning";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** What it said, for people. */
  readonly text: string;
  /** Facts about it. Absent when it gave none. */
  readonly details?: JsonObject | undefined;
}

/** The mission is in a named state from now on. */
export interface StateEvent {
  /** Tells the kinds of event apart. */
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
  /** Tells the kinds of event apart. */
  readonly event: "done";
  /** As in {@linkcode QueuedEvent}. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time_finished: number;
  /** How it ended; everything but `success` is a failure. */
  readonly outcome: OutcomeKind;
  /** −1 when a signal ended the process, 0 when none was started. */
  readonly exit_code: number;
  /** How long the process ran. Absent when none was started, as after a kill in the queue. */
  readonly duration_ms?: number | undefined;
  /** Such as `KILL`, or a number when it has no name. Absent when the process exited by itself. */
  readonly signal?: string | undefined;
  /** What the mission returned. Absent when it failed or returned nothing. */
  readonly return?: JsonObject | null | undefined;
  /** Machine-readable reason: the mission's own, or the dugdale's such as `killed_by_api`. Absent on success. */
  readonly fail_reason?: string | undefined;
  /** The same for people. */
  readonly fail_message?: string | undefined;
  /** Facts that the mission or the dugdale gave along with the reason. */
  readonly fail_details?: JsonObject | null | undefined;
  /** Files that the mission wrote, by role. Absent unless it was a success with at least one. */
  readonly outputs?: Readonly<Record<string, OutputFile>> | undefined;
  /** Progress events that came faster than they could be stored. Absent when none was lost. */
  readonly progress_dropped?: number | undefined;
}

/** One public event of a mission. */
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

/** Checks a line of an event stream. Unknown fields are dropped; an unknown event does not match. */
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
  }),
]);
