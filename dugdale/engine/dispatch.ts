import type { DispatchReply } from "../../protocol/mission.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import type { MissionRow } from "../store/mission_row.ts";
import type { AppliedConfig } from "./applied.ts";
import type { Engine } from "./engine.ts";
import { missionFingerprint } from "./fingerprint.ts";
import type { Enter } from "./lanes.ts";
import type { EngineParts } from "./parts.ts";

/** A dispatch whose parts are well-formed. */
export interface DispatchRequest {
  readonly missionId: MissionId;
  readonly mission: string;
  readonly lane: string;
  /** Canonical JSON. */
  readonly input: string;
  readonly timeoutMs: number | null;
  readonly files: readonly { readonly role: string; readonly stagingId: StagingId }[];
  /** W3C trace context. A repeat with another one is still the same dispatch; the first one stays. */
  readonly traceparent: string | null;
}

/** The mission of a dispatch, new or as it is by now. */
export interface Dispatched {
  readonly reply: DispatchReply;
  /** False for a repeat of an earlier dispatch. */
  readonly created: boolean;
}

const encoder = new TextEncoder();

/**
 * Queues a mission, or finds the one that an equal dispatch has queued before. All checks and the insert are one
 * transaction, so that of many dispatches of one id exactly one makes a mission.
 *
 * @throws {ProblemError} In the documented order.
 */
export async function dispatchMission(
  request: DispatchRequest,
  parts: EngineParts,
  engine: Engine,
  applied: AppliedConfig,
): Promise<Dispatched> {
  const lane = engine.lanes.find(request.lane);
  const dispatched = await engine.lanes.writeAndPick(
    lane,
    (enter) => queue(request, parts, engine, applied, enter),
  );
  if (dispatched.created) {
    const { missionId: mission_id, mission: mission_name } = request;
    parts.log.info("mission", { phase: "dispatched", mission_id, lane: request.lane, mission_name });
  }
  return dispatched;
}

function queue(
  request: DispatchRequest,
  parts: EngineParts,
  engine: Engine,
  applied: AppliedConfig,
  enter: Enter,
): Dispatched {
  const { store, clock } = parts;
  const existing = store.missions.find(request.missionId);
  const files = request.files.map(({ role, stagingId }) => {
    const row = store.staging.find(stagingId);
    return row?.state === "complete"
      ? { role, staging_id: stagingId, sha256: row.sha256, size: row.size }
      : undefined;
  });
  if (!files.every((file) => file !== undefined)) {
    // The files of an old mission may be gone by now; its repeat is still a repeat.
    if (existing !== undefined) return repeat(existing);
    const missing = request.files[files.indexOf(undefined)];
    throw new ProblemError(
      "unknown_staging_ref",
      `file "${missing?.role}" refers to no complete staging file`,
      {
        details: { staging_id: missing?.stagingId ?? "" },
      },
    );
  }
  const role = request.files.map((file) => file.role).find((name, index, roles) =>
    roles.indexOf(name) !== index
  );
  if (role !== undefined) {
    throw new ProblemError("duplicate_role", `file role "${role}" is given twice`, { details: { role } });
  }
  const fingerprint = missionFingerprint({ ...request, files });
  if (existing !== undefined) {
    if (existing.input_fingerprint !== fingerprint) throw conflict(existing);
    return repeat(existing);
  }
  refuseInput(request, parts);
  refuseLane(request.lane, parts, engine, applied);
  const createdMs = clock.wallMs();
  enter({
    missionId: request.missionId,
    kind: "mission",
    lane: request.lane,
    missionName: request.mission,
    createdMs,
    timeoutMs: request.timeoutMs,
    runtime: applied.runtimeId(),
    displayName: null,
    groupId: null,
    restartedFrom: null,
    fingerprint,
    traceparent: request.traceparent,
    input: request.input,
    files: request.files.map((file) => ({ ...file, kind: "input" as const })),
  });
  for (const file of request.files) store.staging.pin(file.stagingId);
  return { reply: { mission_id: request.missionId, status: "queued" }, created: true };
}

function repeat(existing: MissionRow): Dispatched {
  const { mission_id, status } = existing;
  if (status !== "deleting") return { reply: { mission_id, status }, created: false };
  throw new ProblemError("mission_deleting", `mission ${mission_id} is being deleted`, {
    status: 410,
    details: { mission_id },
  });
}

function conflict(existing: MissionRow): ProblemError {
  const { mission_id, kind, mission_name: mission, lane, status } = existing;
  return new ProblemError("idempotency_conflict", `id ${mission_id} is taken by another dispatch`, {
    details: { existing: { mission_id, kind, mission, lane, status } },
  });
}

function refuseInput(request: DispatchRequest, parts: EngineParts): void {
  const max = parts.config.limits.maxMissionInputBytes;
  // Every UTF-16 unit is at most three bytes, so most inputs need no encoding to be measured.
  if (request.input.length * 3 <= max) return;
  const bytes = encoder.encode(request.input).length;
  if (bytes > max) {
    throw new ProblemError("payload_too_large", `input is ${bytes} bytes long, ${max} are allowed`);
  }
}

/** @throws {ProblemError} As {@linkcode refuseUnknownLane}, or `queue_full` when too much waits already. */
export function refuseLane(lane: string, parts: EngineParts, engine: Engine, applied: AppliedConfig): void {
  refuseUnknownLane(lane, engine, applied);
  const { maxQueuePerLane, maxQueueTotal } = parts.config.limits;
  if (maxQueuePerLane <= 0 && maxQueueTotal <= 0) return;
  const counts = parts.store.missions.unfinished();
  const sum = (own: boolean): number =>
    counts.filter((count) => !own || count.lane === lane).reduce((total, { count }) => total + count, 0);
  const queued = sum(true);
  if (maxQueuePerLane > 0 && queued >= maxQueuePerLane) {
    throw new ProblemError(
      "queue_full",
      `lane "${lane}" has ${queued} unfinished missions, ${maxQueuePerLane} are allowed`,
      {
        details: { lane, queued },
        retryAfterS: 5,
      },
    );
  }
  const total = sum(false);
  if (maxQueueTotal > 0 && total >= maxQueueTotal) {
    throw new ProblemError(
      "queue_full",
      `there are ${total} unfinished missions, ${maxQueueTotal} are allowed`,
      {
        retryAfterS: 5,
      },
    );
  }
}

/** @throws {ProblemError} When the lane takes no missions: nothing applied, not applied, or going away. */
function refuseUnknownLane(lane: string, engine: Engine, applied: AppliedConfig): void {
  const lanes = applied.current?.state.lanes;
  if (!lanes || Object.keys(lanes).length === 0) {
    throw new ProblemError("no_lanes_configured", "no lanes are configured yet; apply a configuration first");
  }
  if (!Object.hasOwn(lanes, lane)) throw new ProblemError("unknown_lane", `there is no lane "${lane}"`);
  if (engine.lanes.find(lane)?.removing === false) return;
  throw new ProblemError("lane_removing", `lane "${lane}" is being removed`, {
    details: { lane },
    retryAfterS: 5,
  });
}
