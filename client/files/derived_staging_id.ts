/**
 * Ids of the files that a client uploads for a mission.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { toUuidV7 } from "../../protocol/ids.ts";
import { type MissionId, parseStagingId, type StagingId } from "../../protocol/names.ts";

/**
 * The staging id of a file of a mission. It is derived from the content, so that repeating a call names the same files
 * and the dugdale sees the same mission instead of a conflict.
 *
 * @param generation Incremented when the dugdale is already removing the file with the previous id. Default 0.
 */
export function derivedStagingId(
  missionId: MissionId,
  role: string,
  sha256: string,
  generation = 0,
): StagingId {
  const digest = createHash("sha256").update(`${missionId}\n${role}\n${sha256}\n${generation}`).digest("hex");
  return parseStagingId(toUuidV7(missionId.slice(0, 8) + missionId.slice(9, 13), digest));
}
