/**
 * Data that refreshes itself.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, live, read } from "./api.ts";

/** Data of the server, as it is now. */
export interface Polled<Answer> {
  /** The last answer for this path; undefined before the first. */
  readonly data: Answer | undefined;
  /** Why the last read failed; undefined when it did not. */
  readonly error: Error | undefined;
  /** Whether a read is under way. */
  readonly busy: boolean;
  /** Reads again now. */
  readonly refresh: () => void;
}

const BACKOFF_MAX_MS = 30_000;

/**
 * Reads a path again and again. Nothing is read while the tab is hidden or updates are paused; an unreachable server is
 * asked less and less often.
 *
 * @param everyMs Undefined: once.
 */
export function usePoll<Answer>(path: string | undefined, everyMs: number | undefined): Polled<Answer> {
  const [state, setState] = useState<{ path?: string; data?: Answer; error?: Error; busy: boolean }>({
    busy: path !== undefined,
  });
  const again = useRef<() => void>(() => {});
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    let timer: number | undefined;
    let failures = 0, reading = false;
    const next = (): void => {
      clearTimeout(timer);
      if (everyMs === undefined && failures === 0) return;
      const waitMs = Math.min(BACKOFF_MAX_MS, (everyMs ?? 2000) * 2 ** failures);
      timer = setTimeout(() => {
        if (document.hidden || !live.value) next();
        else look();
      }, waitMs);
    };
    const look = async (): Promise<void> => {
      if (reading) return;
      reading = true;
      setState((old) => ({ ...old, busy: true }));
      try {
        const data = await read<Answer>(path, abort.signal);
        failures = 0;
        setState({ path, data, busy: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        const failed = error instanceof Error ? error : new Error(String(error));
        if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) {
          failures = Math.min(failures + 1, 5);
        }
        setState((old) => ({ ...old, error: failed, busy: false }));
      } finally {
        reading = false;
      }
      if (!abort.signal.aborted) next();
    };
    const shown = (): void => {
      if (!document.hidden && live.value) void look();
    };
    again.current = () => void look();
    document.addEventListener("visibilitychange", shown);
    void look();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [path, everyMs]);
  const refresh = useCallback(() => again.current(), []);
  return { data: state.data, error: state.error, busy: state.busy, refresh };
}

/** The time, which moves on once a second. */
export const now: Signal<number> = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);
