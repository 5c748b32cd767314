/**
 * Which processes a dugdale in this process has started.
 *
 * @module
 */
import type { Log, LogFields } from "../../../dugdale/host/log.ts";

/** A log that also reads what goes through it: the dugdale tells there when a mission starts and ends. */
export class ProcessWatch implements Log {
  readonly #log: Log;
  readonly #pids = new Map<unknown, number>();

  /** @param log Gets every record. */
  constructor(log: Log) {
    this.#log = log;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    if (message === "mission" && fields !== undefined) this.#note(fields);
    this.#log.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log.warn(message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log.error(message, fields);
  }

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

  #note({ phase, mission_id: id, pid }: LogFields): void {
    if (phase === "started" && typeof pid === "number" && pid > 0) this.#pids.set(id, pid);
    if (phase === "finished") this.#pids.delete(id);
  }
}
