import { ChildProcessSpawner } from "./child_process_spawn.ts";
import type { Clock } from "./clock.ts";
import { openLibc } from "./libc.ts";
import { PosixSpawner, type PosixSpawnerOptions } from "./posix_spawn.ts";
import type { Spawner } from "./spawn.ts";

/**
 * The best available way to start processes with the permissions of this daemon.
 *
 * @param options Those of {@linkcode PosixSpawner}, if it is used.
 */
export function openSpawner(clock: Clock, options: PosixSpawnerOptions = {}): Spawner {
  const libc = openLibc();
  return libc === undefined ? new ChildProcessSpawner() : new PosixSpawner(libc, clock, options);
}
