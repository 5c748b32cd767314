/**
 * The ids of the files that a client sends along with a mission.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { toUuidV7 } from "../../protocol/ids.ts";
import { type MissionId, parseStagingId, type StagingId } from "../../protocol/names.ts";

/**
 * The staging id of one file of one mission. It depends on the content alone, so that the same call made again names
 * the same files: the dugdale then sees one mission instead of a conflict.
 *
 * @param generation Counts the ids of the file that the dugdale is already removing. Default 0.
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
