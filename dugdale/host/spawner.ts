import { ChildProcessSpawner } from "./child_process_spawn.ts";
import type { Clock } from "./clock.ts";
import { openLibc } from "./libc.ts";
import { PosixSpawner, type PosixSpawnerOptions } from "./posix_spawn.ts";
import type { Spawner } from "./spawn.ts";

/**
 * The best way to start processes that this daemon is allowed to use.
 *
 * @param options As of {@linkcode PosixSpawner}, where that is the way.
 */
export function openSpawner(clock: Clock, options: PosixSpawnerOptions = {}): Spawner {
  const libc = openLibc();
  return libc === undefined ? new ChildProcessSpawner() : new PosixSpawner(libc, clock, options);
}
