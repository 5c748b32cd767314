import type { AppliedConfig } from "../engine/applied.ts";
import type { Engine } from "../engine/engine.ts";
import type { Enqueuer, View } from "../engine/enqueue.ts";
import type { Schedules } from "../engine/schedules.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { EngineParts } from "../engine/parts.ts";
import { isMissionId, MISSION_ID, type MissionId } from "../../protocol/names.ts";
import type { ProblemCode } from "../../protocol/problem.ts";
import { ProblemError } from "../problem_error.ts";
import type { StateWarning } from "../../protocol/lane.ts";
import type { DiskUsage } from "../staging/disk_usage.ts";
import type { AppliedState } from "../store/applied.ts";
import type { MissionRow } from "../store/mission_row.ts";
import type { Audit } from "./audit.ts";
import type { Call } from "./call.ts";

/** Dependencies of handlers. */
export interface HandlerParts extends EngineParts {
  readonly engine: Engine;
  readonly enqueuer: Enqueuer;
  readonly applied: AppliedConfig;
  readonly schedules: Schedules;
  readonly hooks: Hooks;
  readonly usage: DiskUsage;
  readonly audit: Audit;
  /** Reads the configuration again; undefined if it did not come from a file. @throws {ProblemError} `bad_request` */
  readonly reload: (() => string[]) | undefined;
  /** What on this machine does not fit the applied configuration; undefined where that is not looked at. */
  readonly appliedWarnings: ((applied: AppliedState) => Promise<readonly StateWarning[]>) | undefined;
  readonly version: string;
  /** By the steady clock. */
  readonly startedMs: number;
  /** Whether new work is rejected because the daemon is shutting down. */
  readonly draining: () => boolean;
}

/** The mission id of the path. @throws {ProblemError} With the given code. */
export function missionIdOf(call: Pick<Call, "path">, code: ProblemCode): MissionId {
  const id = call.path.id ?? "";
  if (isMissionId(id)) return id;
  throw new ProblemError(code, MISSION_ID.refusal(id));
}

/** @throws {ProblemError} `not_found` */
export function noMission(id: MissionId): ProblemError {
  return new ProblemError("not_found", `there is no mission ${id}`);
}

/** A mission that the caller may see; any other one does not exist for it. @throws {ProblemError} `not_found` */
export function seenMission(
  { caller }: Pick<Call, "caller">,
  id: MissionId,
  { store }: Pick<HandlerParts, "store">,
): MissionRow {
  const row = store.missions.find(id);
  if (row === undefined || caller.token?.limits?.sees(row) === false) throw noMission(id);
  return row;
}

/** What the engine may tell the caller of; undefined when that is everything. */
export function viewOf(
  { caller }: Pick<Call, "caller">,
  { store }: Pick<HandlerParts, "store">,
): View | undefined {
  return caller.token?.limits?.view(store);
}

/** Dispatch tokens see only missions, exec tokens only execs. @throws {ProblemError} `forbidden_kind` */
export function assertKindAllowed(call: Pick<Call, "caller">, row: Pick<MissionRow, "kind">): void {
  const { scope, kind } = call.caller;
  if (scope !== "none" && (kind === undefined || kind === row.kind)) return;
  if (scope === "none") throw new Error("a route about missions must ask for a token");
  throw new ProblemError(
    "forbidden_kind",
    `a token for ${scope} may not see ${row.kind === "exec" ? "execs" : "missions"}`,
  );
}

/** @throws {ProblemError} `draining`, or `disk_quota_exceeded` when the data directory is full. */
export function assertAcceptsWork(parts: Pick<HandlerParts, "draining" | "usage">): void {
  if (parts.draining()) {
    throw new ProblemError("draining", "this dugdale is shutting down", { retryAfterS: 30 });
  }
  parts.usage.check();
}
