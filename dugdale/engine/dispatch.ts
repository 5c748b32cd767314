import type { DispatchReply } from "../../protocol/mission.ts";
import type { StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import { findRepeated, findTakenRole } from "../run/environment.ts";
import type { Enqueuer, MissionSpec } from "./enqueue.ts";
import { fileIdentity, missionFingerprint, type MissionIdentity } from "./fingerprint.ts";

/** A validated dispatch: a mission except for what the engine adds. `input` is canonical JSON. */
export interface DispatchRequest
  extends
    Omit<MissionSpec, "kind" | "missionName" | "files" | "missingFile" | "fingerprint" | "precondition"> {
  readonly mission: string;
  readonly timeoutMs: number | null;
  readonly files: readonly { readonly role: string; readonly stagingId: StagingId }[];
  readonly additions?: MissionIdentity["additions"];
}

/** The mission of a dispatch, new or in its current state. */
export interface Dispatched {
  readonly reply: DispatchReply;
  /** False for a repeat of an earlier dispatch. */
  readonly created: boolean;
}

/**
 * Enqueues a mission, or finds the one that an equal dispatch has enqueued before.
 *
 * @throws {ProblemError} In the documented order.
 */
export async function dispatchMission(request: DispatchRequest, enqueuer: Enqueuer): Promise<Dispatched> {
  const { missionId, status, created, deduplicated } = await enqueuer.enqueue(missionSpec(request));
  const reply = { mission_id: missionId, status, ...(deduplicated ? { deduplicated } : {}) };
  return { reply, created };
}

/** The mission requested by a dispatch. */
export function missionSpec(request: DispatchRequest): MissionSpec {
  const { mission, files, additions: _told, ...fields } = request;
  return {
    ...fields,
    kind: "mission",
    missionName: mission,
    files: files.map((file) => ({ ...file, kind: "input" as const })),
    missingFile: ({ role, stagingId }) =>
      new ProblemError("unknown_staging_ref", `file "${role}" refers to no complete staging file`, {
        details: { staging_id: stagingId },
      }),
    fingerprint: (rows) => {
      if (files.length > 0) assertRolesDiffer(files.map(({ role }) => role));
      return missionFingerprint({
        ...request,
        files: files.map(({ role }, index) => fileIdentity(role, rows[index])),
      });
    },
  };
}

/** @throws {ProblemError} `duplicate_role` */
function assertRolesDiffer(roles: readonly string[]): void {
  const role = findRepeated(roles);
  if (role !== undefined) {
    throw new ProblemError("duplicate_role", `file role "${role}" is given twice`, { details: { role } });
  }
  const taken = findTakenRole(roles);
  if (taken === undefined) return;
  throw new ProblemError(
    "duplicate_role",
    `file role "${taken}" is the name of a variable of another file`,
    { details: { role: taken } },
  );
}
