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
import type { Transitions } from "./transitions.ts";

/** Dependencies of the engine. */
export interface EngineParts {
  readonly store: Store;
  readonly dataDir: DataDir;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly slots: Slots;
  readonly spawner: Spawner;
  readonly config: DugdaleConfig;
  readonly transitions: Transitions;
  readonly followers: Followers;
  /** Called when a process was killed by something other than this dugdale. */
  readonly memoryKills: Pick<KernelMemoryKills, "any">;
  /** Reads the daemon's own environment. */
  readonly readVariable: ReadVariable;
  /** Describes a lack of space in the data directory, if any. */
  readonly quotaProblem: () => string | undefined;
  /** Called when a file could not be synced, for metrics. */
  readonly onFsyncFailure: (transition: "output_commit", error: unknown) => void;
}
