/**
 * The ids that a client makes up: for missions, and for the files that it sends along.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type MissionId, parseMissionId, parseStagingId, type StagingId } from "../protocol/names.ts";

/** Makes UUIDv7s that rise, also within one millisecond. */
export class Ids {
  #lastMs = 0;
  #counter = 0;

  /** A new mission id. */
  mission(): MissionId {
    return parseMissionId(this.#next());
  }

  /** A new staging id. */
  staging(): StagingId {
    return parseStagingId(this.#next());
  }

  #next(): string {
    const nowMs = Date.now();
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      this.#counter = 0;
    } else if (++this.#counter > 0xfff) {
      this.#lastMs++;
      this.#counter = 0;
    }
    const time = this.#lastMs.toString(16).padStart(12, "0");
    // Not node:crypto, which takes long to load for one id.
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    const random = high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
    return uuidV7(time, this.#counter.toString(16).padStart(3, "0") + random);
  }
}

/**
 * The staging id of one file of one mission. It hangs on the content alone, so that the same call made again names
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
  return parseStagingId(uuidV7(missionId.slice(0, 8) + missionId.slice(9, 13), digest));
}

/** Twelve hex digits of time and at least nineteen of anything, in the shape of a UUIDv7. */
function uuidV7(time: string, rest: string): string {
  const variant = "89ab"[parseInt(rest.slice(3, 4), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${
    rest.slice(7, 19)
  }`;
}
