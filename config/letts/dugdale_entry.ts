/**
 * A dugdale as letts.yaml describes it, and the body of its `apply`.
 *
 * @module
 */
import type { ApplyBody, LaneSettings } from "../../protocol/lane.ts";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { ScheduleSettings } from "../../protocol/schedule.ts";
import type { ExtendedFields } from "./templates.ts";

/** The desired state of a lane. */
export interface LaneEntry {
  /** Maximum number of missions running at the same time. */
  readonly concurrency: number;
  /** Whether the lane is paused. */
  readonly paused: boolean;
  /** Options beyond concurrency and pause. */
  readonly options: LaneOptions;
}

/**
 * A dugdale of letts.yaml with inherited values. Empty strings and arrays and port 0 mean not set. Contains no tokens
 * or proxies, so that an entry may be printed.
 */
export interface DugdaleEntry {
  /** Unique in the file. */
  readonly id: string;
  /** Host, `host:port` or IPv6 address. */
  readonly host: string;
  /** Its own port. */
  readonly port: number;
  /** Full base URL; wins over host and port. */
  readonly url: string;
  /** Labels to select it by. */
  readonly labels: readonly string[];
  /** Lanes by name. */
  readonly lanes: ReadonlyMap<string, LaneEntry>;
  /** Schedules by name; undefined if none are configured. */
  readonly schedules: ReadonlyMap<string, ScheduleSettings> | undefined;
  /** The dugdale's mission directory. */
  readonly missionDir: string;
  /** Path template of a mission's file. */
  readonly missionPathTemplate: string;
  /** Command line of a mission. */
  readonly commandTemplate: readonly string[];
  /** Whether a mission with a missing or misplaced file crashes without a process. */
  readonly validateMissionFile: boolean;
}

/** Builds the entry from fields with templates applied. */
export function dugdaleEntry(fields: ExtendedFields): DugdaleEntry {
  const lanes = Object.entries(fields.lanes).map(([name, { concurrency = 0, paused = false, ...options }]) =>
    [name, { concurrency, paused, options }] as const
  );
  return {
    id: fields.id ?? "",
    host: fields.host ?? "",
    port: fields.port ?? 0,
    url: fields.url ?? "",
    labels: fields.labels ?? [],
    lanes: new Map(lanes),
    // A schedule without lane or mission was rejected before.
    schedules: fields.schedules &&
      new Map(Object.entries(fields.schedules as Record<string, ScheduleSettings>)),
    missionDir: fields.mission_dir ?? "",
    missionPathTemplate: fields.runtime?.mission_path_template ?? "",
    commandTemplate: fields.runtime?.command_template ?? [],
    validateMissionFile: fields.runtime?.validate_mission_file ?? false,
  };
}

/**
 * The body that `apply` sends: the desired state of the dugdale, without its address and name. If a lane has an option,
 * the options of all lanes are sent; otherwise none, so that files without them leave previously applied options
 * unchanged.
 */
export function applyBody(dugdale: DugdaleEntry): ApplyBody {
  const { missionPathTemplate, commandTemplate } = dugdale;
  const lanes = [...dugdale.lanes].map(([name, { concurrency, paused }]): [string, LaneSettings] => {
    return [name, paused ? { concurrency, paused } : { concurrency }];
  });
  const options = [...dugdale.lanes].map(([name, { options }]): [string, LaneOptions | null] => {
    return [name, Object.keys(options).length > 0 ? options : null];
  });
  return {
    mission_dir: dugdale.missionDir,
    labels: dugdale.labels.length > 0 ? dugdale.labels : null,
    lanes: Object.fromEntries(lanes),
    runtime: {
      ...(missionPathTemplate ? { mission_path_template: missionPathTemplate } : {}),
      ...(commandTemplate.length > 0 ? { command_template: commandTemplate } : {}),
      validate_mission_file: dugdale.validateMissionFile,
    },
    ...(options.some(([, given]) => given !== null) ? { lane_options: Object.fromEntries(options) } : {}),
    ...(dugdale.schedules === undefined ? {} : { schedules: Object.fromEntries(dugdale.schedules) }),
  };
}
