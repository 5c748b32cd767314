/**
 * Computes the next configuration from the applied and the requested one. Pure functions.
 *
 * @module
 */
import type { ApplyBody, ApplyDiff, LaneSettings, RuntimeSettings } from "../../protocol/lane.ts";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import { quote } from "../../protocol/clip.ts";
import { ProblemError } from "../problem_error.ts";
import type { AppliedState } from "../store/applied.ts";

/** Permissions of an apply. */
export interface ApplyOptions {
  /** Change runtime or mission directory while missions are unfinished. */
  readonly force: boolean;
  /** Remove unnamed lanes. */
  readonly prune: boolean;
  /** Remove lanes with unfinished missions, which are killed. */
  readonly forcePrune: boolean;
}

/** The configuration before the first apply. */
export const NOTHING_APPLIED: AppliedState = { mission_dir: "", labels: null, lanes: {}, runtime: {} };

/** @param busy Lanes with queued or running missions. @throws {ProblemError} `conflict` */
export function assertInactive(diff: ApplyDiff, busy: ReadonlySet<string>, options: ApplyOptions): void {
  if ((diff.RuntimeChanged || diff.MissionDirChanged) && busy.size > 0 && !options.force) {
    throw new ProblemError(
      "conflict",
      "runtime or mission directory would change while missions are queued or running; apply with force to change them anyway",
      { details: { reason: "runtime_or_mission_dir_changed_with_active_missions" } },
    );
  }
  const blocked = (diff.LanesRemoved ?? []).filter((name) => busy.has(name)).sort();
  if (blocked.length > 0 && !options.forcePrune) {
    throw new ProblemError(
      "conflict",
      `lanes with queued or running missions would be removed: ${
        blocked.join(", ")
      }; apply with force_prune to kill these`,
      { details: { reason: "lanes_with_active_missions", blocked_lanes: blocked } },
    );
  }
}

/**
 * Checks the request: unnamed lanes and their options are kept unless it prunes; everything else is replaced.
 *
 * @throws {ProblemError} `unknown_lane` for options of a lane that does not exist.
 */
export function desiredState(before: AppliedState, body: ApplyBody, prune: boolean): AppliedState {
  const wanted = Object.entries(body.lanes ?? {}).map(([name, lane]): [string, LaneSettings] => [
    name,
    withProvenance(before.lanes?.[name], lane),
  ]);
  const lanes = { ...(prune ? {} : before.lanes), ...Object.fromEntries(wanted) };
  const runtime: RuntimeSettings = {
    ...(body.runtime?.mission_path_template
      ? { mission_path_template: body.runtime.mission_path_template }
      : {}),
    ...(body.runtime?.command_template ? { command_template: body.runtime.command_template } : {}),
    validate_mission_file: body.runtime?.validate_mission_file ?? false,
  };
  return {
    mission_dir: body.mission_dir ?? "",
    labels: body.labels ?? null,
    lanes: prune && !body.lanes ? null : lanes,
    runtime,
    ...desiredOptions(before.lane_options ?? {}, body.lane_options ?? {}, lanes),
  };
}

function desiredOptions(
  before: Readonly<Record<string, LaneOptions>>,
  asked: Readonly<Record<string, LaneOptions | null>>,
  lanes: Readonly<Record<string, LaneSettings>>,
): Pick<AppliedState, "lane_options"> {
  const unknown = Object.keys(asked).find((name) => asked[name] !== null && !Object.hasOwn(lanes, name));
  if (unknown !== undefined) {
    throw new ProblemError("unknown_lane", `lane_options: there is no lane ${quote(unknown)}`, {
      details: { lane: unknown },
    });
  }
  const options = Object.entries({ ...before, ...asked }).filter((entry): entry is [string, LaneOptions] =>
    entry[1] !== null && Object.keys(entry[1]).length > 0 && Object.hasOwn(lanes, entry[0])
  );
  return options.length === 0 ? {} : { lane_options: Object.fromEntries(options) };
}

/**
 * A manually paused lane stays paused, whatever the file says; only a person continues it. Settings unknown to this
 * request are kept.
 */
function withProvenance(before: LaneSettings | undefined, wanted: LaneSettings): LaneSettings {
  const byHand = before?.paused === true && before.paused_by !== "yaml";
  const lane = continued({ ...before, ...wanted });
  if (wanted.paused) return pausedBy(lane, byHand && before.paused_by === "ctl" ? "ctl" : "yaml");
  return byHand ? pausedBy(lane, "ctl") : lane;
}

/** The lane without a pause. */
export function continued({ paused: _paused, paused_by: _by, ...rest }: LaneSettings): LaneSettings {
  return rest;
}

/** The lane, paused by the file or manually. */
export function pausedBy(lane: LaneSettings, by: "yaml" | "ctl"): LaneSettings {
  return { ...lane, paused: true, paused_by: by };
}

/** Differences between the configurations. */
export function difference(before: AppliedState, after: AppliedState): ApplyDiff {
  const old = before.lanes ?? {}, now = after.lanes ?? {};
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const runtimeOf = ({ runtime }: AppliedState): unknown[] => [
    runtime.mission_path_template ?? "",
    runtime.command_template ?? null,
    runtime.validate_mission_file ?? false,
  ];
  const resized = Object.keys(now).filter((name) => {
    const was = old[name];
    const is = now[name];
    return was && is &&
      (was.concurrency !== is.concurrency || (was.paused ?? false) !== (is.paused ?? false));
  });
  const [oldOptions, options] = [before.lane_options ?? {}, after.lane_options ?? {}];
  const changed = Object.keys({ ...oldOptions, ...options }).filter((name) =>
    Object.hasOwn(now, name) && !same(oldOptions[name], options[name])
  );
  return {
    MissionDirChanged: before.mission_dir !== after.mission_dir,
    LabelsChanged: !same(before.labels, after.labels),
    RuntimeChanged: !same(runtimeOf(before), runtimeOf(after)),
    LanesAdded: orNull(Object.keys(now).filter((name) => !Object.hasOwn(old, name))),
    LanesRemoved: orNull(Object.keys(old).filter((name) => !Object.hasOwn(now, name))),
    LanesResized: orNull(resized),
    ...(changed.length === 0 ? {} : { LaneOptionsChanged: changed }),
  };
}

/** The wire has no empty lists. */
export function orNull(names: string[]): string[] | null {
  return names.length === 0 ? null : names;
}
