import type { ExecBody, ExecReply } from "../../protocol/exec.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import { STDIN_ROLE } from "../run/environment.ts";
import { isDatabaseError } from "../store/database_error.ts";
import type { MissionRow, NewMissionFile } from "../store/mission_row.ts";
import type { StagingRow } from "../store/staging_files.ts";
import type { AppliedConfig } from "./applied.ts";
import { refuseLane } from "./dispatch.ts";
import type { Engine } from "./engine.ts";
import { execFingerprint } from "./fingerprint.ts";
import type { Enter } from "./lanes.ts";
import type { EngineParts } from "./parts.ts";

/** An exec whose parts are well-formed. */
export interface ExecRequest {
  readonly execId: MissionId;
  readonly lane: string;
  readonly command: readonly string[];
  readonly script: StagingId | null;
  readonly in: readonly { readonly key: string; readonly stagingId: StagingId }[];
  readonly out: readonly string[];
  readonly stdin: "none" | "single" | "broadcast";
  readonly stdinStagingId: StagingId | null;
  readonly timeoutMs: number | null;
  readonly groupId: string | null;
  readonly displayName: string | null;
  /** W3C trace context; the one of the first of equal dispatches stays. */
  readonly traceparent: string | null;
  /** What is stored, and read again when the exec is started. */
  readonly body: ExecBody;
}

/** The files of an exec, as they are staged. */
export interface ExecFiles {
  readonly script: StagingRow | null;
  /** In the order of {@linkcode ExecRequest.in}. */
  readonly in: readonly StagingRow[];
  readonly stdin: StagingRow | null;
}

/** The exec of a dispatch, new or as it is by now. */
export interface DispatchedExec {
  readonly reply: ExecReply;
  /** False for a repeat of an earlier dispatch. */
  readonly created: boolean;
  readonly files: ExecFiles;
  readonly fingerprint: string;
}

/**
 * Queues an exec, or finds the one that an equal dispatch has queued before. All checks and the insert are one
 * transaction, so that of many dispatches of one id exactly one makes an exec.
 *
 * @throws {ProblemError} In the documented order.
 */
export function dispatchExec(
  request: ExecRequest,
  parts: EngineParts,
  engine: Engine,
  applied: AppliedConfig,
): Promise<DispatchedExec> {
  const lane = engine.lanes.find(request.lane);
  return engine.lanes.writeAndPick(lane, (enter) => queue(request, parts, engine, applied, enter));
}

function queue(
  request: ExecRequest,
  parts: EngineParts,
  engine: Engine,
  applied: AppliedConfig,
  enter: Enter,
): DispatchedExec {
  const { store, clock } = parts;
  const { execId } = request;
  const files = findFiles(request, parts);
  const fingerprint = fingerprintOf(request, files);
  const existing = lookUp(() => store.missions.find(execId));
  if (existing !== undefined) {
    if (existing.input_fingerprint !== fingerprint) throw conflict(existing);
    return { reply: repeat(existing), created: false, files, fingerprint };
  }
  refuseLane(request.lane, parts, engine, applied);
  const refs = refsOf(request);
  enter({
    missionId: execId,
    kind: "exec",
    lane: request.lane,
    missionName: "exec",
    createdMs: clock.wallMs(),
    timeoutMs: request.timeoutMs,
    runtime: null,
    displayName: request.displayName,
    groupId: request.groupId,
    restartedFrom: null,
    fingerprint,
    traceparent: request.traceparent,
    input: JSON.stringify(request.body),
    files: refs,
  });
  for (const ref of refs) store.staging.pin(ref.stagingId);
  return { reply: { exec_id: execId, status: "queued" }, created: true, files, fingerprint };
}

/** A look-up that fails has another code in the contract than a write that fails. */
function lookUp<T>(find: () => T): T {
  try {
    return find();
  } catch (cause) {
    if (!isDatabaseError(cause)) throw cause;
    throw new ProblemError("internal", "the database failed", { cause });
  }
}

/** Unlike a mission's, a repeat of an exec needs its files to be there still. */
function findFiles(request: ExecRequest, parts: EngineParts): ExecFiles {
  const find = (stagingId: StagingId): StagingRow => {
    const row = lookUp(() => parts.store.staging.find(stagingId));
    if (row?.state === "complete") return row;
    throw new ProblemError("unknown_staging_ref", `there is no complete staging file ${stagingId}`, {
      details: { staging_id: stagingId },
    });
  };
  const files: ExecFiles = {
    script: request.script && find(request.script),
    in: request.in.map((file) => find(file.stagingId)),
    stdin: request.stdinStagingId && find(request.stdinStagingId),
  };
  const max = parts.config.exec.maxScriptBytes;
  const size = files.script?.size ?? 0;
  if (max <= 0 || size <= max) return files;
  throw new ProblemError("script_too_large", `the script has ${size} bytes, ${max} are allowed`, {
    details: { size, max },
  });
}

function fingerprintOf(request: ExecRequest, files: ExecFiles): string {
  return execFingerprint({
    lane: request.lane,
    command: request.command,
    stdin: request.stdin,
    stdinStagingId: request.stdinStagingId,
    script: files.script && { staging_id: files.script.staging_id, sha256: files.script.sha256 },
    timeoutMs: request.timeoutMs,
    in: files.in.map(({ staging_id, sha256, size }, index) => ({
      role: request.in[index]?.key ?? "",
      staging_id,
      sha256,
      size,
    })),
    out: request.out,
  });
}

function refsOf(request: ExecRequest): NewMissionFile[] {
  const { script, stdinStagingId } = request;
  const refs: NewMissionFile[] = request.in.map(({ key, stagingId }) => ({
    stagingId,
    kind: "input",
    role: key,
  }));
  if (script !== null) refs.push({ stagingId: script, kind: "script", role: "" });
  if (stdinStagingId !== null) refs.push({ stagingId: stdinStagingId, kind: "input", role: STDIN_ROLE });
  return refs;
}

function repeat({ mission_id: exec_id, status }: MissionRow): ExecReply {
  if (status !== "deleting") return { exec_id, status };
  throw new ProblemError("mission_deleting", `exec ${exec_id} is being deleted`, {
    status: 410,
    details: { exec_id },
  });
}

function conflict({ mission_id: exec_id, kind, lane, status }: MissionRow): ProblemError {
  return new ProblemError("idempotency_conflict", `id ${exec_id} is taken by another dispatch`, {
    details: { existing: { exec_id, kind, lane, status } },
  });
}
