import type { ExecBody, ExecReply } from "../../protocol/exec.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import { STDIN_ROLE } from "../run/environment.ts";
import type { NewMissionFile } from "../store/mission_row.ts";
import type { StagingRow } from "../store/staging_row.ts";
import type { Enqueuer, View } from "./enqueue.ts";
import { execFingerprint, fileIdentity } from "./fingerprint.ts";

/** A validated exec. */
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
  /** W3C trace context; the one of the first of equal dispatches is kept. */
  readonly traceparent: string | null;
  /** As in a {@linkcode MissionSpec}. */
  readonly view?: View | undefined;
  /** Called in the transaction that adds a new exec. */
  readonly entered?: ((files: ExecFiles, fingerprint: string) => void) | undefined;
  /** Stored, and read again when the exec is started. */
  readonly body: ExecBody;
}

/** The staged files of an exec. */
export interface ExecFiles {
  readonly script: StagingRow | null;
  /** In the order of {@linkcode ExecRequest.in}. */
  readonly in: readonly StagingRow[];
  readonly stdin: StagingRow | null;
}

/** The exec of a dispatch, new or in its current state. */
export interface DispatchedExec {
  readonly reply: ExecReply;
  /** False for a repeat of an earlier dispatch. */
  readonly created: boolean;
  readonly files: ExecFiles;
  readonly fingerprint: string;
}

/**
 * Enqueues an exec, or finds the one that an equal dispatch has enqueued before. Unlike a mission's, the repeat of an
 * exec requires its files to still exist.
 *
 * @param maxScriptBytes 0 means no limit.
 * @throws {ProblemError} In the documented order.
 */
export async function dispatchExec(
  request: ExecRequest,
  enqueuer: Enqueuer,
  maxScriptBytes: number,
): Promise<DispatchedExec> {
  const { execId, lane, displayName, groupId, timeoutMs, traceparent, body, view, entered } = request;
  const { status, created, fingerprint, files } = await enqueuer.enqueue({
    missionId: execId,
    kind: "exec",
    lane,
    missionName: "exec",
    displayName,
    groupId,
    timeoutMs,
    traceparent,
    view,
    entered: entered && (({ files, fingerprint }) => entered(sortFiles(request, files), fingerprint)),
    runtime: null,
    input: JSON.stringify(body),
    files: refsOf(request),
    missingFile: ({ stagingId }) =>
      new ProblemError("unknown_staging_ref", `there is no complete staging file ${stagingId}`, {
        details: { staging_id: stagingId },
      }),
    fingerprint: (rows) => {
      const sorted = sortFiles(request, rows);
      assertScriptFits(sorted.script, maxScriptBytes);
      return fingerprintOf(request, sorted);
    },
  });
  return { reply: { exec_id: execId, status }, created, fingerprint, files: sortFiles(request, files) };
}

/** The script comes first: of several missing files it is the one named. */
function refsOf({ script, in: inputs, stdinStagingId }: ExecRequest): NewMissionFile[] {
  return [
    ...(script === null ? [] : [{ stagingId: script, kind: "script" as const, role: "" }]),
    ...inputs.map(({ key, stagingId }) => ({ stagingId, kind: "input" as const, role: key })),
    ...(stdinStagingId === null
      ? []
      : [{ stagingId: stdinStagingId, kind: "input" as const, role: STDIN_ROLE }]),
  ];
}

/** Assigns files in the order of {@linkcode refsOf}. */
function sortFiles(
  { script, in: inputs, stdinStagingId }: ExecRequest,
  rows: readonly StagingRow[],
): ExecFiles {
  const first = script === null ? 0 : 1;
  return {
    script: script === null ? null : rows[0] ?? null,
    in: rows.slice(first, first + inputs.length),
    stdin: stdinStagingId === null ? null : rows.at(-1) ?? null,
  };
}

/** @throws {ProblemError} `script_too_large` */
function assertScriptFits(script: StagingRow | null, max: number): void {
  const size = script?.size ?? 0;
  if (max <= 0 || size <= max) return;
  throw new ProblemError("script_too_large", `the script has ${size} bytes, ${max} are allowed`, {
    details: { size, max },
  });
}

function fingerprintOf(request: ExecRequest, files: ExecFiles): string {
  const { lane, command, stdin, stdinStagingId, timeoutMs, out } = request;
  return execFingerprint({
    lane,
    command,
    stdin,
    stdinStagingId,
    script: files.script && { staging_id: files.script.staging_id, sha256: files.script.sha256 },
    timeoutMs,
    in: request.in.map(({ key }, index) => fileIdentity(key, files.in[index])),
    out,
  });
}
