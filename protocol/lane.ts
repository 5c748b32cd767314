/**
 * Lanes, the applied configuration and what a dugdale says about itself.
 *
 * @module
 */
import * as v from "valibot";

/** A lane as it is now. */
export interface LaneRecord {
  readonly name: string;
  readonly concurrency: number;
  readonly paused: boolean;
  readonly queued: number;
  readonly running: number;
}

/** Checks the answer of `GET /v1/lanes`, a bare array. */
export const laneRecords: v.GenericSchema<unknown, readonly LaneRecord[]> = v.array(v.object({
  name: v.string(),
  concurrency: v.number(),
  paused: v.boolean(),
  queued: v.number(),
  running: v.number(),
}));

/** How missions of a dugdale are found and started. */
export interface RuntimeSettings {
  readonly mission_path_template?: string | undefined;
  readonly command_template?: readonly string[] | undefined;
  readonly validate_mission_file?: boolean | undefined;
}

/** A lane as wanted. `paused_by` tells whether the file or a person paused it; only dugdales send it. */
export interface LaneSettings {
  readonly concurrency: number;
  readonly paused?: boolean | undefined;
  readonly paused_by?: "yaml" | "ctl" | undefined;
}

/** The body of `POST /v1/admin/apply`: the state that a dugdale shall have. */
export interface ApplyBody {
  readonly mission_dir?: string | undefined;
  readonly labels?: readonly string[] | null | undefined;
  readonly lanes?: Readonly<Record<string, LaneSettings>> | null | undefined;
  readonly runtime?: RuntimeSettings | undefined;
}

/** What an apply changed. Lists are `null` when empty; the capitals are the wire's. */
export interface ApplyDiff {
  readonly MissionDirChanged: boolean;
  readonly LabelsChanged: boolean;
  readonly RuntimeChanged: boolean;
  readonly LanesAdded: readonly string[] | null;
  readonly LanesRemoved: readonly string[] | null;
  readonly LanesResized: readonly string[] | null;
}

/** The answer to an apply. */
export interface ApplyReply {
  readonly diff: ApplyDiff;
  readonly started: readonly string[] | null;
  readonly stopped: readonly string[] | null;
  readonly resized: readonly string[] | null;
}

const names = v.nullable(v.array(v.string()));

/** Checks an {@linkcode ApplyReply}. */
export const applyReply: v.GenericSchema<unknown, ApplyReply> = v.object({
  diff: v.object({
    MissionDirChanged: v.boolean(),
    LabelsChanged: v.boolean(),
    RuntimeChanged: v.boolean(),
    LanesAdded: names,
    LanesRemoved: names,
    LanesResized: names,
  }),
  started: names,
  stopped: names,
  resized: names,
});

/** The answer of `GET /v1/admin/state`. */
export interface StateReply {
  /** Unix milliseconds; `null` before the first apply. */
  readonly applied_at: number | null;
  /** Where the configuration came from. */
  readonly source?: string | undefined;
  readonly state?: ApplyBody | undefined;
}

/** Checks a {@linkcode StateReply}. Other dugdales send `source` as an object; it becomes its text. */
export const stateReply: v.GenericSchema<unknown, StateReply> = v.object({
  applied_at: v.nullable(v.number()),
  source: v.pipe(
    v.nullish(v.union([v.string(), v.object({ String: v.string() })])),
    v.transform((source) => typeof source === "object" && source !== null ? source.String : source ?? ""),
  ),
  state: v.optional(v.object({
    mission_dir: v.optional(v.string()),
    labels: v.nullish(v.array(v.string())),
    lanes: v.nullish(v.record(
      v.string(),
      v.object({
        concurrency: v.number(),
        paused: v.optional(v.boolean()),
        paused_by: v.optional(v.picklist(["yaml", "ctl"])),
      }),
    )),
    runtime: v.optional(v.object({
      mission_path_template: v.optional(v.string()),
      command_template: v.optional(v.array(v.string())),
      validate_mission_file: v.optional(v.boolean()),
    })),
  })),
});

/** The answer of `GET /v1/dugdale`. */
export interface DugdaleReply {
  readonly version: string;
  readonly uptime_seconds: number;
  readonly applied_at: number | null;
  readonly queue_summary: { readonly queued: number; readonly running: number };
}

/** Checks a {@linkcode DugdaleReply}. */
export const dugdaleReply: v.GenericSchema<unknown, DugdaleReply> = v.object({
  version: v.string(),
  uptime_seconds: v.number(),
  applied_at: v.nullable(v.number()),
  queue_summary: v.object({ queued: v.number(), running: v.number() }),
});

/** The answer of `GET /v1/version`. */
export interface VersionReply {
  readonly version: string;
  readonly commit: string;
  readonly built_at: string;
}

/** Checks a {@linkcode VersionReply}. */
export const versionReply: v.GenericSchema<unknown, VersionReply> = v.object({
  version: v.string(),
  commit: v.string(),
  built_at: v.string(),
});

/** The answer of `GET /v1/healthz`, and of `GET /v1/readyz` when ready. */
export interface HealthReply {
  readonly status: "ok";
  readonly applied_at?: number | undefined;
}

/** Checks a {@linkcode HealthReply}. */
export const healthReply: v.GenericSchema<unknown, HealthReply> = v.object({
  status: v.literal("ok"),
  applied_at: v.optional(v.number()),
});

/** The answer to a pause or a continue. */
export interface PauseReply {
  readonly status: "paused" | "running";
}

/** Checks a {@linkcode PauseReply}. */
export const pauseReply: v.GenericSchema<unknown, PauseReply> = v.object({
  status: v.picklist(["paused", "running"]),
});
