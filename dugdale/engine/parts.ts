import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import type { Clock } from "../host/clock.ts";
import type { DataDir } from "../host/data_dir.ts";
import type { Ids } from "../../protocol/ids.ts";
import type { Log } from "../host/log.ts";
import type { Slots } from "../host/slots.ts";
import type { Spawner } from "../host/spawn.ts";
import type { Store } from "../store/store.ts";
import type { KernelMemoryKills } from "../run/out_of_memory.ts";
import type { ReadVariable } from "../run/environment.ts";
import type { Followers } from "./followers.ts";

/** What the engine is built of. */
export interface EngineParts {
  readonly store: Store;
  readonly dataDir: DataDir;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly slots: Slots;
  readonly spawner: Spawner;
  readonly config: DugdaleConfig;
  readonly followers: Followers;
  /** Asked when a process was killed and nobody here did it. */
  readonly memoryKills: KernelMemoryKills;
  /** Reads the daemon's own environment. */
  readonly readVariable: ReadVariable;
  /** Tells what is wrong with the room that is left in the data directory, if anything is. */
  readonly quotaProblem: () => string | undefined;
  /** Called once for each mission that has come to its end. */
  readonly onDone: (end: MissionEnd) => void;
  /** Told when a file could not be brought to the disk, for metrics. */
  readonly onFsyncFailure: (transition: "output_commit", error: unknown) => void;
}

/** The end of a mission, for metrics. */
export interface MissionEnd {
  readonly kind: string;
  readonly lane: string;
  readonly outcome: string;
  /** Milliseconds; 0 when it never started. */
  readonly durationMs: number;
}
