/**
 * A dugdale as letts.yaml describes it, and what `apply` makes of that.
 *
 * @module
 */
import type { ApplyBody, LaneSettings } from "../../protocol/lane.ts";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { ScheduleSettings } from "../../protocol/schedule.ts";
import type { ExtendedFields } from "./templates.ts";

/** A lane that a dugdale shall have. */
export interface LaneEntry {
  /** Missions at the same time. */
  readonly concurrency: number;
  /** Whether it starts nothing. */
  readonly paused: boolean;
  /** What it is told besides. */
  readonly options: LaneOptions;
}

/**
 * A dugdale of letts.yaml with what it inherits. Empty strings and arrays and port 0 mean that nothing is written.
 * Tokens and proxies are not in here, so that an entry may be printed.
 */
export interface DugdaleEntry {
  /** Once in the file. */
  readonly id: string;
  /** Host, `host:port` or IPv6 address. */
  readonly host: string;
  /** Its own port. */
  readonly port: number;
  /** Full base URL; wins over host and port. */
  readonly url: string;
  /** What it can be picked by. */
  readonly labels: readonly string[];
  /** Lanes by name. */
  readonly lanes: ReadonlyMap<string, LaneEntry>;
  /** Schedules by name; undefined when nothing is written about them. */
  readonly schedules: ReadonlyMap<string, ScheduleSettings> | undefined;
  /** The dugdale's directory of missions. */
  readonly missionDir: string;
  /** Where the file of a mission is. */
  readonly missionPathTemplate: string;
  /** argv of a mission. */
  readonly commandTemplate: readonly string[];
  /** Whether a mission whose file is missing or elsewhere crashes without a process. */
  readonly validateMissionFile: boolean;
}

/** Makes the entry of fields whose template was filled in. */
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
    // A schedule without lane or mission has been refused.
    schedules: fields.schedules &&
      new Map(Object.entries(fields.schedules as Record<string, ScheduleSettings>)),
    missionDir: fields.mission_dir ?? "",
    missionPathTemplate: fields.runtime?.mission_path_template ?? "",
    commandTemplate: fields.runtime?.command_template ?? [],
    validateMissionFile: fields.runtime?.validate_mission_file ?? false,
  };
}

/**
 * What `apply` sends: the state that the dugdale shall have. Its address and name stay on this side. Once a lane has an
 * option the options of all lanes are sent; else none, so that files without them leave those that were applied before.
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
