import type { StagingId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import type { ReferringMission } from "../store/staging_refs.ts";
import type { StagingParts } from "./parts.ts";

/** The refusal of an unknown id. */
export function noFile(stagingId: StagingId): ProblemError {
  return new ProblemError("not_found", `there is no staging file ${stagingId}`);
}

/** Options of a deletion. */
export interface RemovalOptions {
  /** Even if missions use the file: running ones are killed, and all of them are deleted with it. */
  readonly force: boolean;
  /** Aborts when the caller no longer waits. */
  readonly gone: () => AbortSignal;
  /** Called in the transaction that hides it. @param missions That go with it. */
  readonly within?: ((missions: readonly ReferringMission[]) => void) | undefined;
}

/**
 * Hides a file until the next sweep removes it.
 *
 * @returns The missions deleted with it; undefined if the file was already being deleted.
 * @throws {ProblemError} `not_found`, `staging_in_use`, `staging_finalizing`, and errors of ending a mission.
 */
export async function removeFile(
  stagingId: StagingId,
  options: RemovalOptions,
  { store, clock, missions }: StagingParts,
): Promise<readonly ReferringMission[] | undefined> {
  const { force } = options;
  const users = () => store.staging.refs.missions(stagingId);
  const state = store.staging.find(stagingId)?.state;
  if (state === undefined) throw noFile(stagingId);
  if (state === "deleting") return undefined;
  if (!force) assertUnused(stagingId, users());
  const running = users().filter(isRunning).map((user) => user.mission_id);
  if (running.length > 0) await missions.killForDelete(running, options.gone);
  return await missions.write(() => {
    const now = store.staging.find(stagingId)?.state;
    if (now === undefined || now === "deleting") return undefined;
    const using = users();
    assertUnused(stagingId, force ? using.filter(isRunning) : using);
    if (now !== "uploading" && now !== "complete") {
      throw new ProblemError("staging_finalizing", `staging file ${stagingId} is ${now}`);
    }
    store.staging.markDeleting(stagingId, clock.wallMs());
    const hidden = using.filter((user) => missions.hide(user.id));
    options.within?.(hidden);
    return hidden;
  });
}

function isRunning({ status }: ReferringMission): boolean {
  return status === "running";
}

function assertUnused(stagingId: StagingId, users: readonly ReferringMission[]): void {
  if (users.length === 0) return;
  const missions = users.map((user) => user.mission_id);
  throw new ProblemError(
    "staging_in_use",
    `staging file ${stagingId} is used by ${missions.length} missions`,
    {
      details: { missions },
    },
  );
}
