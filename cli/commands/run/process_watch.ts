/**
 * Which processes a dugdale in this process has started.
 *
 * @module
 */
import type { MissionChange } from "../../../dugdale/mission_change.ts";

/** The process groups of missions that run. */
export class ProcessWatch {
  readonly #pids = new Map<string, number>();

  /** Listens to what becomes of missions. */
  readonly hear = (change: MissionChange): void => {
    if (change.change === "started") this.#pids.set(change.missionId, change.pid);
    else this.#pids.delete(change.missionId);
  };

  /** Ends all of them at once, with the processes that they started. */
  kill(): void {
    for (const pid of this.#pids.values()) {
      try {
        Deno.kill(-pid, "SIGKILL");
      } catch {
        // It ended by itself in the meantime.
      }
    }
  }
}
