/**
 * The public events of a mission, as followed by clients: one JSON object a line, `seq` rising from 1.
 *
 * @module
 */
import * as v from "valibot";
import type { JsonObject } from "./json_value.ts";
import { type OutcomeKind, OUTCOMES, type OutputFile, outputFile } from "./mission.ts";

/** The mission waits in its lane. */
export interface QueuedEvent {
  readonly event: "queued";
  readonly seq: number;
  readonly mission_id: string;
  /** Unix milliseconds. */
  readonly time_created: number;
  readonly lane?: string | undefined;
  readonly mission?: string | undefined;
  readonly restarted_from?: string | undefined;
}

/** The process has started. */
export interface RunningEvent {
  readonly event: "running";
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly pid?: number | undefined;
  readonly time_started?: number | undefined;
}

/** The mission told how far it is. */
export interface ProgressEvent {
  readonly event: "progress";
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** Meant as 0 to 1; not checked. */
  readonly value?: number | undefined;
  readonly message?: string | undefined;
}

/** The mission has ended; the last event. */
export interface DoneEvent {
  readonly event: "done";
  readonly seq: number;
  /** Unix milliseconds. */
  readonly time_finished: number;
  readonly outcome: OutcomeKind;
  /** −1 when a signal ended the process, 0 when none was started. */
  readonly exit_code: number;
  readonly duration_ms?: number | undefined;
  readonly signal?: string | undefined;
  readonly return?: JsonObject | null | undefined;
  readonly fail_reason?: string | undefined;
  readonly fail_message?: string | undefined;
  readonly fail_details?: JsonObject | null | undefined;
  readonly outputs?: Readonly<Record<string, OutputFile>> | undefined;
  readonly progress_dropped?: number | undefined;
}

/** One public event of a mission. */
export type MissionEvent = QueuedEvent | RunningEvent | ProgressEvent | DoneEvent;

/** Checks a line of an event stream. Unknown fields are dropped; an unknown event does not match. */
export const missionEvent: v.GenericSchema<unknown, MissionEvent> = v.variant("event", [
  v.object({
    event: v.literal("queued"),
    seq: v.number(),
    mission_id: v.string(),
    time_created: v.number(),
    lane: v.optional(v.string()),
    mission: v.optional(v.string()),
    restarted_from: v.optional(v.string()),
  }),
  v.object({
    event: v.literal("running"),
    seq: v.number(),
    time: v.number(),
    pid: v.optional(v.number()),
    time_started: v.optional(v.number()),
  }),
  v.object({
    event: v.literal("progress"),
    seq: v.number(),
    time: v.number(),
    value: v.optional(v.number()),
    message: v.optional(v.string()),
  }),
  v.object({
    event: v.literal("done"),
    seq: v.number(),
    time_finished: v.number(),
    outcome: v.picklist(OUTCOMES),
    exit_code: v.number(),
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
