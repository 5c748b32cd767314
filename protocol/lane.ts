/**
 * Lanes, the applied configuration, and the state of a dugdale.
 *
 * @module
 */
import * as v from "valibot";
import { type LaneOptions, laneOptions } from "./lane_options.ts";
import { LANE_NAME, SCHEDULE_NAME } from "./names.ts";
import { type ScheduleSettings, scheduleSettings } from "./schedule.ts";
import { flag, nameOf, type ObjectShape, openWord } from "./schemas.ts";

/** The current state of a lane. */
export interface LaneRecord {
  /** Unique within its dugdale. */
  readonly name: string;
  /** Maximum number of missions running at the same time. With 0 the lane accepts missions but starts none. */
  readonly concurrency: number;
  /** Whether it starts nothing. It still accepts missions, and running ones continue. */
  readonly paused: boolean;
  /** Queued missions. Without execs for a dispatch token, only execs for an exec token. */
  readonly queued: number;
  /** Running missions, counted as `queued` is. */
  readonly running: number;
  /**
   * The resource missing for starting a process: `descriptors`, `processes` or `memory`; or `rate`, when a mission may
   * not start yet because of the lane's rate. The lane waits for it, and its missions stay queued. Absent otherwise.
   */
  readonly waits_for?: string | undefined;
}

/** Checks the answer of `GET /v1/lanes`, a bare array. */
export const laneRecords: v.GenericSchema<unknown, readonly LaneRecord[]> = v.array(v.object({
  name: v.string(),
  concurrency: v.number(),
  paused: v.boolean(),
  queued: v.number(),
  running: v.number(),
  waits_for: v.optional(v.string()),
}));

/** How missions of a dugdale are found and started. */
export interface RuntimeSettings {
  /**
   * Path of a mission's file relative to the mission directory, with the placeholder `{mission}`. Default `{mission}`.
   */
  readonly mission_path_template?: string | undefined;
  /** Command line of a mission, with the placeholders `{mission}` and `{mission_path}`. Default: the file itself. */
  readonly command_template?: readonly string[] | undefined;
  /**
   * Whether a mission whose file is missing, or outside of the mission directory, crashes before a process is started.
   * Default false: the command will fail.
   */
  readonly validate_mission_file?: boolean | undefined;
}

/** The settings of a lane. `paused_by` tells whether the file or a command paused it; only dugdales send it. */
export interface LaneSettings {
  /** Maximum number of missions running at the same time. */
  readonly concurrency: number;
  /** Whether it starts nothing. Default false. */
  readonly paused?: boolean | undefined;
  /** `ctl` if a command paused it: such a pause is kept by an apply that does not mention it. */
  readonly paused_by?: "yaml" | "ctl" | undefined;
}

/** The body of `POST /v1/admin/apply`: the desired state of a dugdale. A missing member is empty, except for lanes. */
export interface ApplyBody {
  /** Directory of mission scripts on the machine of the dugdale. */
  readonly mission_dir?: string | undefined;
  /** Stored for clients, which select dugdales by labels. Default none. */
  readonly labels?: readonly string[] | null | undefined;
  /** Lanes by name. Unnamed lanes are kept, unless the apply prunes. Default none. */
  readonly lanes?: Readonly<Record<string, LaneSettings>> | null | undefined;
  /** How missions are started from now on; queued ones keep the settings of their dispatch. */
  readonly runtime?: RuntimeSettings | undefined;
  /**
   * Options of lanes by name. Those of unnamed lanes are kept; `null` removes them. Needs the feature `lane_options`.
   */
  readonly lane_options?: Readonly<Record<string, LaneOptions | null>> | null | undefined;
  /**
   * Schedules by name. Unnamed ones are kept, unless the apply prunes; `null` removes one. Absent: all are kept, even
   * if the apply prunes, except those of removed lanes.
   */
  readonly schedules?: Readonly<Record<string, ScheduleSettings | null | undefined>> | null | undefined;
}

const strings = v.array(v.string());
const runtime = v.object({
  mission_path_template: v.optional(v.string()),
  command_template: v.optional(strings),
  validate_mission_file: v.optional(v.boolean()),
});

/** Schema of an {@linkcode ApplyBody}. Clients do not send `paused_by`. */
export const applyBody: v.GenericSchema<unknown, ApplyBody> = v.object({
  mission_dir: v.optional(v.string()),
  labels: v.nullish(strings),
  lanes: v.nullish(v.record(
    nameOf(LANE_NAME),
    v.object({ concurrency: v.pipe(v.number(), v.integer()), paused: v.optional(v.boolean()) }),
  )),
  runtime: v.optional(runtime),
  lane_options: v.nullish(v.record(nameOf(LANE_NAME), v.nullable(laneOptions))),
  schedules: v.nullish(v.record(nameOf(SCHEDULE_NAME), v.nullish(scheduleSettings))),
});

/** The query of an apply. */
export interface ApplyQuery {
  /** Change runtime or mission directory while missions are unfinished. Default false. */
  readonly force?: boolean | undefined;
  /** Remove unnamed lanes. Default false. */
  readonly prune?: boolean | undefined;
  /** Remove them even with unfinished missions, which are killed. Default false. */
  readonly force_prune?: boolean | undefined;
}

/** Checks an {@linkcode ApplyQuery}. */
export const applyQuery: ObjectShape<ApplyQuery> = v.object({
  force: v.optional(flag("Changes runtime or mission directory although missions are unfinished")),
  prune: v.optional(flag("Removes lanes that are not named")),
  force_prune: v.optional(
    flag("Removes them although they have unfinished missions, which are killed"),
  ),
});

/** The changes made by an apply. Lists are `null` when empty; the capital letters are those of the wire. */
export interface ApplyDiff {
  /** Another mission directory. */
  readonly MissionDirChanged: boolean;
  /** Other labels. */
  readonly LabelsChanged: boolean;
  /** Missions are found or started in another way. */
  readonly RuntimeChanged: boolean;
  /** Names of new lanes. */
  readonly LanesAdded: readonly string[] | null;
  /** Names of lanes removed by a pruning apply. */
  readonly LanesRemoved: readonly string[] | null;
  /** Names of lanes with another concurrency, or paused or continued. */
  readonly LanesResized: readonly string[] | null;
  /** Names of lanes with other options. Absent if there are none. */
  readonly LaneOptionsChanged?: readonly string[] | null | undefined;
}

/** The answer to an apply. */
export interface ApplyReply {
  /** Differences between the configurations. */
  readonly diff: ApplyDiff;
  /** Names of lanes that started; `null` if there are none. */
  readonly started: readonly string[] | null;
  /** Names of removed lanes; `null` if there are none. */
  readonly stopped: readonly string[] | null;
  /** Names of lanes whose concurrency changed; unlike `diff.LanesResized` without pauses. `null` if there are none. */
  readonly resized: readonly string[] | null;
  /** Changes of schedules. Absent if the body had none. */
  readonly schedules?: ScheduleChanges | undefined;
}

/** Changes of schedules made by an apply, by name. */
export interface ScheduleChanges {
  /** New schedules. */
  readonly added: readonly string[];
  /** Schedules with other settings, or paused or continued. */
  readonly changed: readonly string[];
  /** Removed schedules. */
  readonly removed: readonly string[];
}

const names = v.nullable(strings);

/** Checks an {@linkcode ApplyReply}. */
export const applyReply: v.GenericSchema<unknown, ApplyReply> = v.object({
  diff: v.object({
    MissionDirChanged: v.boolean(),
    LabelsChanged: v.boolean(),
    RuntimeChanged: v.boolean(),
    LanesAdded: names,
    LanesRemoved: names,
    LanesResized: names,
    LaneOptionsChanged: v.optional(names),
  }),
  started: names,
  stopped: names,
  resized: names,
  schedules: v.optional(v.object({ added: strings, changed: strings, removed: strings })),
});

/** The answer of `GET /v1/admin/state`. */
export interface StateReply {
  /** Unix milliseconds; `null` before the first apply. */
  readonly applied_at: number | null;
  /** Source of the configuration. */
  readonly source?: string | undefined;
  /** The configuration itself; absent before the first apply. */
  readonly state?: ApplyBody | undefined;
  /** Problems of the machine with this configuration. Absent if there are none. */
  readonly warnings?: readonly StateWarning[] | undefined;
}

/** A problem of a dugdale's machine with its configuration. */
export interface StateWarning {
  /**
   * `mission_dir_missing`, `mission_dir_writable` (by every user), `program_missing` (what `command_template` starts),
   * `deno_missing` (on the PATH of missions that ask for it), `mission_env` (it needs a variable that is not set).
   */
  readonly code: string;
  /** Human-readable description. */
  readonly message: string;
}

/** Schema of a {@linkcode StateReply}. Other dugdales send `source` as an object, which is converted to a string. */
export const stateReply: v.GenericSchema<unknown, StateReply> = v.object({
  applied_at: v.nullable(v.number()),
  source: v.pipe(
    v.nullish(v.union([v.string(), v.object({ String: v.string() })])),
    v.transform((source) => typeof source === "object" && source !== null ? source.String : source ?? ""),
  ),
  state: v.optional(v.object({
    mission_dir: v.optional(v.string()),
    labels: v.nullish(strings),
    lanes: v.nullish(v.record(
      v.string(),
      v.object({
        concurrency: v.number(),
        paused: v.optional(v.boolean()),
        paused_by: v.optional(v.picklist(["yaml", "ctl"])),
      }),
    )),
    runtime: v.optional(runtime),
    // A newer dugdale may have options that are unknown here.
    lane_options: v.nullish(v.record(v.string(), v.any())),
    schedules: v.nullish(v.record(v.string(), scheduleSettings)),
  })),
  warnings: v.optional(v.array(v.object({ code: v.string(), message: v.string() }))),
});

/** The answer of `GET /v1/dugdale`. */
export interface DugdaleReply {
  /** Such as `0.1.0`, or `dev` outside of a build. */
  readonly version: string;
  /** Seconds since the start of the daemon, with a fraction. */
  readonly uptime_seconds: number;
  /** Unix milliseconds of the last apply; `null` before the first. */
  readonly applied_at: number | null;
  /** Missions of all lanes together, counted as those of a lane. */
  readonly queue_summary: { readonly queued: number; readonly running: number };
  /** Features beyond the first version of the interface. Absent if there are none. */
  readonly features?: readonly string[] | undefined;
}

/** Checks a {@linkcode DugdaleReply}. */
export const dugdaleReply: v.GenericSchema<unknown, DugdaleReply> = v.object({
  version: v.string(),
  uptime_seconds: v.number(),
  applied_at: v.nullable(v.number()),
  queue_summary: v.object({ queued: v.number(), running: v.number() }),
  features: v.optional(strings),
});

/** The answer of `GET /v1/version`. */
export interface VersionReply {
  /** Such as `0.1.0`, or `dev` outside of a build. */
  readonly version: string;
  /** The revision of the source, `unknown` outside of a build. */
  readonly commit: string;
  /** Time of the build, `unknown` outside of a build. */
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
  /** The only value; a dugdale that is not ready responds with an error. */
  readonly status: "ok";
  /** Unix milliseconds of the last apply, from `GET /v1/readyz` only. */
  readonly applied_at?: number | undefined;
}

/** Checks a {@linkcode HealthReply}. */
export const healthReply: v.GenericSchema<unknown, HealthReply> = v.object({
  status: v.literal("ok"),
  applied_at: v.optional(v.number()),
});

/** The answer to a pause or a continue. */
export interface PauseReply {
  /** The state of the lane, whether or not the call changed it. */
  readonly status: "paused" | "running";
}

/** The answer to a reload of the configuration. */
export interface ReloadReply {
  /** Keys of dugdale.yaml that differ and take effect at the next start. */
  readonly needs_restart: readonly string[];
}

/** Checks a {@linkcode ReloadReply}. */
export const reloadReply: v.GenericSchema<unknown, ReloadReply> = v.object({
  needs_restart: v.array(v.string()),
});

/** Checks a {@linkcode PauseReply}. */
export const pauseReply: v.GenericSchema<unknown, PauseReply> = v.object({
  status: openWord(["paused", "running"]),
});
