/**
 * Computes what an apply would change.
 *
 * @module
 */
import type { LaneOptions } from "../../../protocol/lane_options.ts";
import type { ScheduleSettings } from "../../../protocol/schedule.ts";
import type { ApplyBody, LaneSettings, RuntimeSettings } from "../../../protocol/lane.ts";

/** A changed lane. */
export interface LaneChange {
  readonly Name: string;
  readonly OldConcurrency: number;
  readonly NewConcurrency: number;
  readonly OldPaused: boolean;
  readonly NewPaused: boolean;
}

/** Changed options of a lane. */
export interface LaneOptionsChange {
  readonly Name: string;
  readonly Old: LaneOptions;
  readonly New: LaneOptions;
}

/** A value before and after. */
export interface Change<Value> {
  readonly Old: Value;
  readonly New: Value;
}

/** How missions are started, before and after. */
export interface RuntimeChange {
  readonly OldCommandTemplate: readonly string[] | null;
  readonly NewCommandTemplate: readonly string[] | null;
  readonly OldMissionPathTemplate: string;
  readonly NewMissionPathTemplate: string;
  readonly OldValidate: boolean;
  readonly NewValidate: boolean;
}

/** All changes; `null` where nothing changes. Scripts read these names. */
export interface Difference {
  readonly AddedLanes: readonly string[] | null;
  readonly RemovedLanes: readonly string[] | null;
  /** Lanes that the file does not name, and that are kept without pruning. */
  readonly KeptLanes: readonly string[] | null;
  readonly ChangedLanes: readonly LaneChange[] | null;
  readonly LaneOptionsChanges: readonly LaneOptionsChange[] | null;
  readonly AddedSchedules: readonly string[] | null;
  readonly ChangedSchedules: readonly string[] | null;
  readonly RemovedSchedules: readonly string[] | null;
  readonly MissionDirChange: Change<string> | null;
  readonly LabelsChange: Change<readonly string[]> | null;
  readonly RuntimeChange: RuntimeChange | null;
}

/**
 * Compares the configuration of a dugdale with letts.yaml.
 *
 * @param options.prune Whether unnamed lanes would be removed.
 */
export function difference(
  current: ApplyBody,
  wanted: ApplyBody,
  { prune }: { readonly prune: boolean },
): Difference {
  const [had, has] = [current.lanes ?? {}, wanted.lanes ?? {}];
  const missing = Object.keys(had).filter((name) => !(name in has)).sort();
  const [oldDir, newDir] = [current.mission_dir ?? "", wanted.mission_dir ?? ""];
  const [oldLabels, newLabels] = [current.labels ?? [], wanted.labels ?? []];
  return {
    AddedLanes: orNull(Object.keys(has).filter((name) => !(name in had)).sort()),
    RemovedLanes: prune ? orNull(missing) : null,
    KeptLanes: prune ? null : orNull(missing),
    ChangedLanes: orNull(changedLanes(had, has)),
    LaneOptionsChanges: orNull(changedOptions(current.lane_options ?? {}, wanted.lane_options ?? {})),
    ...scheduleChanges(current, wanted, prune),
    MissionDirChange: oldDir === newDir ? null : { Old: oldDir, New: newDir },
    LabelsChange: same(oldLabels, newLabels) ? null : { Old: oldLabels, New: newLabels },
    RuntimeChange: runtimeChange(current.runtime ?? {}, wanted.runtime ?? {}),
  };
}

type Lanes = Readonly<Record<string, LaneSettings>>;

function changedLanes(had: Lanes, has: Lanes): readonly LaneChange[] {
  return Object.keys(has).sort().flatMap((Name) => {
    const [before, after] = [had[Name], has[Name]];
    if (before === undefined || after === undefined) return [];
    const OldPaused = before.paused ?? false;
    // A manual pause takes precedence over the file; only `letts ctl lanes continue` ends it.
    const NewPaused = (after.paused ?? false) || (OldPaused && before.paused_by === "ctl");
    if (before.concurrency === after.concurrency && OldPaused === NewPaused) return [];
    return [{
      Name,
      OldConcurrency: before.concurrency,
      NewConcurrency: after.concurrency,
      OldPaused,
      NewPaused,
    }];
  });
}

type Options = Readonly<Record<string, LaneOptions | null>>;

/** Lanes whose options are not sent keep them. */
function changedOptions(had: Options, sent: Options): readonly LaneOptionsChange[] {
  const text = (options: LaneOptions) => JSON.stringify(Object.entries(options).sort());
  return Object.keys(sent).sort().flatMap((Name) => {
    const [Old, New] = [had[Name] ?? {}, sent[Name] ?? {}];
    return text(Old) === text(New) ? [] : [{ Name, Old, New }];
  });
}

/** Schedules are compared only if the file has some, and removed only by pruning. */
function scheduleChanges(
  current: ApplyBody,
  wanted: ApplyBody,
  prune: boolean,
): Pick<Difference, "AddedSchedules" | "ChangedSchedules" | "RemovedSchedules"> {
  const had = current.schedules ?? {};
  const has = wanted.schedules;
  const removed = (name: string) => has ? !(name in has) : !((had[name]?.lane ?? "") in (wanted.lanes ?? {}));
  const names = Object.keys(has ?? {}).sort();
  return {
    AddedSchedules: orNull(names.filter((name) => !(name in had))),
    ChangedSchedules: orNull(
      names.filter((name) => name in had && settingsText(had[name]) !== settingsText(has?.[name])),
    ),
    RemovedSchedules: prune ? orNull(Object.keys(had).filter(removed).sort()) : null,
  };
}

/** Settings with sorted keys, without a pause: a manual pause takes precedence over the file. */
function settingsText(settings: ScheduleSettings | null | undefined): string {
  const { paused: _paused, ...rest } = settings ?? {};
  return JSON.stringify(rest, (_key, value) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value;
  });
}

function runtimeChange(before: RuntimeSettings, after: RuntimeSettings): RuntimeChange | null {
  const change: RuntimeChange = {
    OldCommandTemplate: before.command_template ?? null,
    NewCommandTemplate: after.command_template ?? null,
    OldMissionPathTemplate: before.mission_path_template ?? "",
    NewMissionPathTemplate: after.mission_path_template ?? "",
    OldValidate: before.validate_mission_file ?? false,
    NewValidate: after.validate_mission_file ?? false,
  };
  const unchanged = same(change.OldCommandTemplate ?? [], change.NewCommandTemplate ?? []) &&
    change.OldMissionPathTemplate === change.NewMissionPathTemplate &&
    change.OldValidate === change.NewValidate;
  return unchanged ? null : change;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function orNull<Item>(list: readonly Item[]): readonly Item[] | null {
  return list.length === 0 ? null : list;
}
