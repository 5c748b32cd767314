import type { Clock } from "./host/clock.ts";
import { notifyVariables, ServiceManager, watchdogPeriodMs } from "./host/notify.ts";
import type { Log } from "./host/log.ts";

/**
 * Reports to the service manager, if there is one, that the daemon is ready, alive, and stopping. A failure to report
 * is only logged.
 *
 * @param draining Aborted when the daemon begins to stop.
 * @returns A handle that stops the pings; undefined without a service manager.
 */
export function reportToServiceManager(
  draining: AbortSignal,
  clock: Clock,
  log: Log,
): Disposable | undefined {
  const warn = (error: unknown): void => {
    log.warn("service manager not told", { err: error instanceof Error ? error.message : String(error) });
  };
  const variables = notifyVariables();
  let manager: ServiceManager | undefined;
  try {
    manager = ServiceManager.open(variables);
  } catch (error) {
    warn(error);
  }
  if (manager === undefined) return undefined;
  const tell = (state: string): void => {
    try {
      manager.tell(state);
    } catch (error) {
      warn(error);
    }
  };
  tell("READY=1");
  const periodMs = watchdogPeriodMs(variables, Deno.pid);
  if (periodMs !== undefined) manager.live(periodMs, clock, warn);
  draining.addEventListener("abort", () => tell("STOPPING=1"));
  return manager;
}
